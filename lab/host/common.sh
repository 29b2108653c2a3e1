# Shared by the lab's scripts: where a host keeps its state, and how to tell, enter and end it. Sourced, never run.
#
# State of host NAME in $LAB_HOME/NAME:
#   init       "PID NS": PID 1 as seen from outside, and its pid namespace, so that a reused pid is never mistaken for it
#   cgroups    one folder a line, one for each hierarchy of the machine
#   shared/    bind-mounted at /run/lab inside: Unix sockets of forward and reverse
#   helpers/   pid files of the socat processes outside
#   boot.log   what boot printed before systemd took over
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LAB_HOME=${HALCYON_LAB_HOME:-${TMPDIR:-/tmp}/halcyon-lab}

die() {
  echo "lab: $*" >&2
  exit 1
}

check_name() {
  [[ ${1:-} =~ ^[a-z][a-z0-9-]{0,11}$ ]] || die "a host's name is a small letter and up to 11 letters, digits or dashes, not \"${1:-}\""
}

check_port() {
  [[ ${1:-} =~ ^[0-9]{1,5}$ ]] && ((10#$1 > 0 && 10#$1 < 65536)) || die "not a port: \"${1:-}\""
}

# Prints the pid of a running host's PID 1; fails when it is not running.
init_pid() {
  local pid ns
  [[ -s $LAB_HOME/$1/init ]] || return 1
  read -r pid ns <"$LAB_HOME/$1/init"
  [[ $(readlink "/proc/$pid/ns/pid" 2>/dev/null) == "$ns" ]] || return 1
  echo "$pid"
}

need_up() {
  check_name "$1"
  init_pid "$1" >/dev/null || die "$1 is not up"
}

# Replaces this shell by a command inside the host. pivot_root at boot makes -m give the right root.
enter() {
  local pid
  pid=$(init_pid "$1") || die "$1 is not up"
  shift
  exec nsenter -t "$pid" -p -m -u -i -n -C --wdns=/ -- /usr/bin/env -i PATH="$PATH" HOME=/root LANG=C.UTF-8 \
    TERM="${TERM:-dumb}" container=lab "$@"
}

inside() { (enter "$@"); }

# Own cgroup in each hierarchy, as "controllers path" lines of /proc/self/cgroup joined with where it is mounted.
# cpuset is left alone: a new cpuset has no processors and takes no process.
cgroup_parents() {
  local controllers path mount
  while IFS=: read -r _ controllers path; do
    case $controllers in
      cpuset) continue ;;
      '') mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts) ;;
      *) mount=$(awk -v want="${controllers#name=}" \
        '$3 == "cgroup" && (","$4",") ~ (",(name=)?" want ",") { print $2; exit }' /proc/mounts) ;;
    esac
    [[ -z $mount ]] || echo "$mount${path%/}"
  done <"/proc/$$/cgroup"
}

wait_for() { # SECONDS COMMAND...: polls until the command succeeds
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < until)) || return 1
    sleep 0.05
  done
}
