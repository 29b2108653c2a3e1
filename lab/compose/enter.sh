#!/bin/bash
# Runs a command in a copy-on-write root of its own, in which every service of docker-compose.yml has its name, and writes where a
# container would. Started by lab/compose.ts in new mount, network and pid namespaces:
#   enter.sh FOLDER "NAME..." COMMAND...
set -euo pipefail
folder=$1 names=$2
shift 2
root=$folder/root

mount --make-rprivate /
mount -t tmpfs -o mode=755 halcyon-compose "$folder"
mkdir "$folder"/{upper,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" halcyon-compose "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 run "$root/run"
ip link set lo up

# Each has a port of its own, so one address does for all.
echo "127.0.0.1 localhost $(uname -n) $names" >"$root/etc/hosts"
exec chroot "$root" /usr/bin/env -i PATH="$PATH" HOME=/root LANG=C.UTF-8 "$@"
