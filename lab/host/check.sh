# Tries on a small scale what a lab host needs of the kernel. Prints one line and fails where it is refused. Sourced.
set +e

while read -r parent; do
  probe=$parent/halcyon-lab-check-$$
  if ! mkdir "$probe" 2>/dev/null; then
    echo "cannot make a cgroup in $parent"
    exit 1
  fi
  rmdir "$probe"
done < <(cgroup_parents)

try='mount -t tmpfs none /tmp && mkdir /tmp/u /tmp/w /tmp/r && mount -t overlay -o lowerdir=/,upperdir=/tmp/u,workdir=/tmp/w none /tmp/r &&
  mount -t proc proc /tmp/r/proc && mount -t tmpfs none /tmp/r/dev && mknod /tmp/r/dev/null c 1 3 && ip link set lo up &&
  ip link add lab0 type veth peer name lab1'
if ! reason=$(unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child sh -c "$try" 2>&1); then
  echo "the kernel refuses the namespaces or mounts of a lab host: ${reason//$'\n'/ }"
  exit 1
fi
exit 0
