#!/bin/bash
# Boots throw-away hosts: a real systemd as PID 1 in namespaces of its own, over a copy-on-write overlay of this
# machine's root, with real PostgreSQL, Redis, RabbitMQ, cron and logrotate, and KingFisher's stand-in.
set -euo pipefail
HERE=$(dirname "$(readlink -f "$0")")
source "$HERE/common.sh"
source "$HERE/network.sh"
source "$HERE/status.sh"

usage() {
  cat <<'EOT'
lab-host.sh COMMAND
  check                         say in one line why this machine cannot run a lab; silent and 0 when it can
  up NAME --project DIR --node FILE --programs DIR --packages 'NAME...' [--images N] [--size 3g] [--data-size 256m]
                                boot a host and wait until KingFisher is ready
  exec NAME COMMAND...          run as root inside; input, output and exit code pass through
  status [--json] [NAME...]     what is up
  forward NAME PORT LPORT       outside 127.0.0.1:LPORT reaches the host's 127.0.0.1:PORT
  reverse NAME PORT RPORT       the host's 127.0.0.1:PORT reaches outside 127.0.0.1:RPORT
  down NAME... | --all          end hosts and remove every trace
EOT
}

cmd_up() {
  check_name "${1:-}"
  local name=$1 state=$LAB_HOME/$1 started=${EPOCHREALTIME/./}
  shift
  export LAB_NAME=$name LAB_STATE=$state LAB_PROJECT='' LAB_NODE='' LAB_PROGRAMS='' LAB_PACKAGES='' LAB_IMAGES=50 LAB_SIZE=3g LAB_DATA_SIZE=256m
  up_options "$@"
  # The end of another host may remove the folder of all a moment before.
  until mkdir "$state" 2>/dev/null; do
    [[ ! -d $state ]] || die "$(why_taken "$name")"
    mkdir -p "$LAB_HOME"
  done
  trap 'down_one "$LAB_NAME"; exit 130' INT TERM HUP
  mkdir "$state/shared" "$state/helpers"
  launch "$state"
  wait_for 20 started_or_dead "$state" || true
  [[ -s $state/init ]] || boot_failed "$name" "systemd did not start"
  wait_for 90 ready_or_dead "$name" && is_ready "$name" || boot_failed "$name" "KingFisher did not become ready"
  local ms=$(((${EPOCHREALTIME/./} - started) / 1000))
  echo "$ms" >"$state/boot-ms"
  echo "$name is ready after $((ms / 1000)).$(printf '%03d' $((ms % 1000))) s"
}

# The words "take it down first" tell LabHost that the host is not its own.
why_taken() {
  local down="npm run lab -- down $1"
  if init_pid "$1" >/dev/null; then
    echo "$1 is up. If it is yours, take it down first: $down. If not, use a folder of your own: HALCYON_LAB_HOME=\$HOME/lab"
  elif is_booting "$1"; then
    echo "$1 is booting at this moment. If that was your doing, take it down first: $down. If not, use a folder of your own: HALCYON_LAB_HOME=\$HOME/lab"
  else
    echo "$1 was left behind and does not run: take it down first: $down"
  fi
}

is_booting() {
  [[ -e $LAB_HOME/$1/cgroups && ! -e $LAB_HOME/$1/init ]] && pids_in "$LAB_HOME/$1/cgroups" | grep -q .
}

up_options() {
  while (($#)); do
    (($# > 1)) || die "$1 needs a value"
    case $1 in
      --project) LAB_PROJECT=$2 ;;
      --node) LAB_NODE=$2 ;;
      --programs) LAB_PROGRAMS=$2 ;;
      --packages) LAB_PACKAGES=$2 ;;
      --images) LAB_IMAGES=$2 ;;
      --size) LAB_SIZE=$2 ;;
      --data-size) LAB_DATA_SIZE=$2 ;;
      *) die "unknown option $1" ;;
    esac
    shift 2
  done
  [[ -d $LAB_PROJECT && -x $LAB_NODE && -e $LAB_PROGRAMS/kingfisher/kingfisher.js ]] || die "up needs --project, --node and --programs"
  [[ $LAB_IMAGES =~ ^[0-9]{1,5}$ ]] || die "--images is a number"
  [[ $LAB_SIZE =~ ^[0-9]+[kmg]$ && $LAB_DATA_SIZE =~ ^[0-9]+[kmg]$ ]] || die "sizes are written 256m or 3g"
}

# One cgroup in every hierarchy holds all that belongs to the host, so that two systemds never share slices and `down`
# finds every process. The random part keeps labs of different state folders apart.
launch() {
  cgroup_parents | sed "s|\$|/halcyon-lab-$LAB_NAME-$$-$RANDOM|" >"$1/cgroups"
  (
    while read -r dir; do
      mkdir "$dir"
      echo "$BASHPID" >"$dir/cgroup.procs"
    done <"$1/cgroups"
    exec setsid unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child "$BASH" "$HERE/boot.sh"
  ) </dev/null >"$1/boot.log" 2>&1 &
  LAUNCHER=$!
  disown
}

# Waiting for what cannot come any more would only hide why.
started_or_dead() { [[ -s $1/init ]] || ! kill -0 "$LAUNCHER" 2>/dev/null; }
ready_or_dead() { is_ready "$1" || init_gone "$1"; }

is_ready() { [[ $(ready_body "$1") == '{"ready":true'* ]]; }

boot_failed() {
  {
    echo "lab: $1: $2"
    tail -n 5 "$LAB_HOME/$1/boot.log"
    if init_pid "$1" >/dev/null; then
      echo "ready: $(ready_body "$1")"
      inside "$1" systemctl --failed --no-legend --plain || true
      inside "$1" tail -n 5 /var/log/kingfisher/service.log || true
    fi
    echo "It was left for you to look at; remove it with: down $1"
  } >&2
  exit 1
}

cmd_exec() {
  need_up "${1:-}"
  (($# > 1)) || die "exec needs a command"
  enter "$@"
}

cmd_down() {
  local name names=()
  for name; do
    if [[ $name == --all ]]; then
      for name in "$LAB_HOME"/*/; do [[ ! -d $name ]] || names+=("$(basename "$name")"); done
    else
      names+=("$name")
    fi
  done
  (($# > 0)) || die "down needs a host's name or --all"
  for name in "${names[@]}"; do
    check_name "$name"
    down_one "$name"
  done
}

# Nothing of the host is worth an orderly shutdown: its disk is memory. Works on whatever a failed boot left.
down_one() {
  local state=$LAB_HOME/$1
  [[ -d $state ]] || return 0
  stop_helpers "$1"
  kill_init "$1"
  if [[ -e $state/cgroups ]]; then
    wait_for 20 cgroups_empty "$state/cgroups" || die "$1: processes do not end: $(cat "${dirs[@]/%//cgroup.procs}" 2>/dev/null | tr '\n' ' ')"
    wait_for 10 cgroups_removed "$state/cgroups" || die "$1: cannot remove its cgroups, see $state/cgroups"
  fi
  rm -rf --one-file-system "${LAB_HOME:?}/$1"
  rmdir "$LAB_HOME" 2>/dev/null || true
}

# PID 1 takes its whole namespace along. Killed before the rest, so that its own parent is still there to reap it.
kill_init() {
  local pid
  pid=$(init_pid "$1") || return 0
  kill -9 "$pid" 2>/dev/null || true
  wait_for 10 init_gone "$1" || true
}

init_gone() { ! init_pid "$1" >/dev/null; }

# Kills every process of the host; true when none is left.
cgroups_empty() {
  local pids
  mapfile -t dirs < <(existing "$1")
  ((${#dirs[@]})) || return 0
  mapfile -t pids < <(pids_in "$1")
  ((${#pids[@]})) || return 0
  kill -9 "${pids[@]}" 2>/dev/null || true
  return 1
}

pids_in() {
  local dirs
  mapfile -t dirs < <(existing "$1")
  ((${#dirs[@]})) || return 0
  find "${dirs[@]}" -name cgroup.procs -exec cat {} + 2>/dev/null | grep -vx 0 | sort -u
}

cgroups_removed() {
  mapfile -t dirs < <(existing "$1")
  ((${#dirs[@]})) || return 0
  find "${dirs[@]}" -depth -type d -exec rmdir {} + 2>/dev/null
}

existing() { while read -r dir; do [[ ! -d $dir ]] || echo "$dir"; done <"$1"; }

command=${1:-help}
shift || true
case $command in
  check) source "$HERE/check.sh" ;;
  up | down | exec | status | forward | reverse) "cmd_$command" "$@" ;;
  help | --help | -h) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
