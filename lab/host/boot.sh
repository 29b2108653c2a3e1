#!/bin/bash
# Runs as the first process of new pid, mount, uts, ipc, net and cgroup namespaces: builds the host's root file system,
# pivots into it and becomes systemd. Started by lab-host.sh, which gives everything by environment:
#   LAB_NAME LAB_STATE LAB_PROJECT LAB_NODE LAB_PROGRAMS (folder) LAB_PACKAGES (names) LAB_SIZE LAB_DATA_SIZE LAB_IMAGES
set -euo pipefail
HERE=$(dirname "$(readlink -f "$0")")
source "$HERE/common.sh"
source "$HERE/furnish.sh"
umask 022

# An overlay over this machine's root: everything the host writes is in a tmpfs that goes with the namespace.
mount_root() {
  mkdir -p "$LAB_STATE/fs"
  mount -t tmpfs -o "size=$LAB_SIZE,mode=755" "lab-$LAB_NAME" "$LAB_STATE/fs"
  mkdir "$LAB_STATE"/fs/{upper,work,root}
  mount -t overlay -o "lowerdir=/,upperdir=$LAB_STATE/fs/upper,workdir=$LAB_STATE/fs/work" "lab-$LAB_NAME" "$ROOT"
}

mount_kernel() {
  mount -t proc -o nosuid,nodev,noexec proc "$ROOT/proc"
  # Most of kernel.* and vm.* belongs to the whole machine.
  mount --bind "$ROOT/proc/sys" "$ROOT/proc/sys"
  mount -o remount,bind,ro "$ROOT/proc/sys"
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$ROOT/sys"
  if [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; then
    mount -t cgroup2 cgroup2 "$ROOT/sys/fs/cgroup"
    return
  fi
  mount -t tmpfs -o mode=755 cgroup "$ROOT/sys/fs/cgroup"
  mkdir "$ROOT"/sys/fs/cgroup/{unified,systemd}
  mount -t cgroup2 cgroup2 "$ROOT/sys/fs/cgroup/unified"
  mount -t cgroup -o none,name=systemd cgroup "$ROOT/sys/fs/cgroup/systemd"
  # systemd wants cpu and cpuacct as one. Where the machine has them apart, units would have no weights without this.
  if grep -q ':cpu:' /proc/self/cgroup; then
    mkdir "$ROOT/sys/fs/cgroup/cpu,cpuacct"
    mount -t cgroup -o cpu cgroup "$ROOT/sys/fs/cgroup/cpu,cpuacct"
  fi
}

# A tmpfs and not devtmpfs, of which the kernel has one for all.
mount_dev() {
  local node
  mount -t tmpfs -o mode=755,nosuid dev "$ROOT/dev"
  for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    IFS=: read -r name major minor <<<"$node"
    mknod -m 666 "$ROOT/dev/$name" c "$major" "$minor"
  done
  mkdir "$ROOT"/dev/{pts,shm,mqueue}
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$ROOT/dev/pts"
  mount -t tmpfs -o mode=1777,nosuid,nodev shm "$ROOT/dev/shm"
  mount -t mqueue mqueue "$ROOT/dev/mqueue" 2>/dev/null || true
  ln -s pts/ptmx "$ROOT/dev/ptmx"
  ln -s /proc/self/fd "$ROOT/dev/fd"
  ln -s fd/0 "$ROOT/dev/stdin"
  ln -s fd/1 "$ROOT/dev/stdout"
  ln -s fd/2 "$ROOT/dev/stderr"
}

# What comes from outside: sockets of forward and reverse, the project and the node that runs it.
mount_outside() {
  mount -t tmpfs -o mode=755,nosuid,nodev run "$ROOT/run"
  mount -t tmpfs -o mode=1777,nosuid,nodev tmp "$ROOT/tmp"
  mkdir -p "$ROOT/run/lab" "$ROOT/opt/halcyon" "$ROOT/opt/halcyon-node/bin"
  mount --bind "$LAB_STATE/shared" "$ROOT/run/lab"
  mount --bind "$LAB_PROJECT" "$ROOT/opt/halcyon"
  mount -o remount,bind,ro "$ROOT/opt/halcyon"
  : >"$ROOT/opt/halcyon-node/bin/node"
  mount --bind "$LAB_NODE" "$ROOT/opt/halcyon-node/bin/node"
  mount -o remount,bind,ro "$ROOT/opt/halcyon-node/bin/node"
}

# KingFisher's data on a file system of its own, so that it can be filled without drowning PostgreSQL and the logs.
mount_data() {
  mkdir -p "$ROOT/opt/kingfisher/data"
  mount -t tmpfs -o "size=$LAB_DATA_SIZE,mode=755,nosuid,nodev" kingfisher-data "$ROOT/opt/kingfisher/data"
}

pivot() {
  local outer_pid _
  read -r outer_pid _ </proc/self/stat # the old /proc still counts in the machine's pids
  echo "$outer_pid $(readlink /proc/self/ns/pid)" >"$LAB_STATE/init.new"
  mv "$LAB_STATE/init.new" "$LAB_STATE/init"
  cd "$ROOT"
  mkdir .old
  pivot_root . .old
  umount -l /.old
  rmdir /.old
  mount --make-rshared /
}

ROOT=$LAB_STATE/fs/root
mount --make-rprivate /
hostname "$LAB_NAME"
ip link set lo up
mount_root
mount_kernel
mount_dev
mount_outside
mount_data
furnish
pivot
exec env -i container=lab PATH="$PATH" LANG=C.UTF-8 /lib/systemd/systemd --system --unit=multi-user.target \
  --log-target=journal --show-status=no >/dev/null 2>&1
