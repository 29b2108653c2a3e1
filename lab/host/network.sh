# forward and reverse: a Unix socket in the bind-mounted folder joins the loopbacks of host and machine. Sourced.

# Starts socat outside, as the host's helper KIND-PORT; an older one of that name is replaced.
start_helper() {
  local name=$1 key=$2 file=$LAB_HOME/$1/helpers/$2
  shift 2
  stop_helper "$name" "$file"
  setsid socat "$@" </dev/null >/dev/null 2>&1 &
  echo $! >"$file"
  disown
}

# A pid file alone is no proof: the process must be a socat of this host's folder.
stop_helper() {
  local pid command
  [[ -s $2 ]] || return 0
  pid=$(<"$2")
  rm -f "$2"
  command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || return 0
  [[ $command == socat*"$LAB_HOME/$1/shared/"* ]] || return 0
  # With its children, one for each open connection: setsid made it the leader of its group.
  kill -9 -- "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null || true
}

stop_helpers() {
  local file
  for file in "$LAB_HOME/$1"/helpers/*; do stop_helper "$1" "$file"; done
}

start_inside() { # NAME UNIT SOCAT-ARGUMENTS...
  local name=$1 unit=$2
  shift 2
  inside "$name" systemctl stop "$unit.service" 2>/dev/null || true
  inside "$name" systemctl reset-failed "$unit.service" 2>/dev/null || true
  inside "$name" systemd-run --quiet --collect --unit="$unit" --property=Restart=on-failure socat "$@"
}

listens() { [[ -n $(ss -ltnH "src 127.0.0.1 and sport = :$1") ]]; }
listens_inside() { [[ -n $(inside "$1" ss -ltnH "src 127.0.0.1 and sport = :$2") ]]; }

cmd_forward() {
  need_up "${1:-}"
  check_port "${2:-}"
  check_port "${3:-$2}"
  local name=$1 port=$2 outer=${3:-$2} socket=$LAB_HOME/$1/shared/in-$2.sock
  stop_helper "$name" "$LAB_HOME/$name/helpers/forward-$port"
  ! listens "$outer" || die "127.0.0.1:$outer is in use on this machine"
  start_inside "$name" "lab-forward-$port" "UNIX-LISTEN:/run/lab/in-$port.sock,fork,mode=600,unlink-early" "TCP:127.0.0.1:$port"
  wait_for 5 test -S "$socket" || die "forward: nothing listens on the host's side"
  start_helper "$name" "forward-$port" "TCP-LISTEN:$outer,bind=127.0.0.1,reuseaddr,fork" "UNIX-CONNECT:$socket"
  wait_for 5 listens "$outer" || die "forward: cannot listen on 127.0.0.1:$outer"
  echo "127.0.0.1:$outer -> $name:$port"
}

cmd_reverse() {
  need_up "${1:-}"
  check_port "${2:-}"
  check_port "${3:-$2}"
  local name=$1 port=$2 outer=${3:-$2} socket=$LAB_HOME/$1/shared/out-$2.sock
  start_helper "$name" "reverse-$port" "UNIX-LISTEN:$socket,fork,mode=600,unlink-early" "TCP:127.0.0.1:$outer"
  wait_for 5 test -S "$socket" || die "reverse: cannot listen on $socket"
  start_inside "$name" "lab-reverse-$port" "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork" "UNIX-CONNECT:/run/lab/out-$port.sock"
  wait_for 5 listens_inside "$name" "$port" || die "reverse: cannot listen on the host's 127.0.0.1:$port"
  echo "$name:$port -> 127.0.0.1:$outer"
}
