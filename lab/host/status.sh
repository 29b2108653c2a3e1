# What is up, for people and as JSON lines. Sourced.

ready_body() {
  local pid
  pid=$(init_pid "$1") || return 0
  nsenter -t "$pid" -n curl -s -m 2 http://127.0.0.1:8201/ready 2>/dev/null || true
}

cmd_status() {
  local json='' names=() name
  for name; do
    if [[ $name == --json ]]; then json=1; else check_name "$name" && names+=("$name"); fi
  done
  if ((!${#names[@]})); then
    for name in "$LAB_HOME"/*/; do [[ ! -d $name ]] || names+=("$(basename "$name")"); done
  fi
  if [[ -n $json ]]; then
    for name in "${names[@]}"; do status_json "$name"; done
    return
  fi
  ((${#names[@]})) || { echo "No lab host is up. Boot one with: npm run lab -- up lab1" && return; }
  printf "$ROW" NAME UP SYSTEMD KINGFISHER AGENT MEMORY FAILED
  for name in "${names[@]}"; do status_row "$name"; done
}

ROW='%-13s %-9s %-10s %-28s %-10s %-8s %s\n'

# Sets: up (seconds), systemd, ready, checks, agent, memory (MiB), failed; false when the host is not up.
look() {
  local pid body
  pid=$(init_pid "$1") || return 1
  up=$(ps -o etimes= -p "$pid" | tr -d ' ')
  body=$(ready_body "$1")
  ready=$([[ $body == '{"ready":true'* ]] && echo true || echo false)
  checks=$(grep -o '"[a-z]*":"[^"]*"' <<<"$body" | grep -v ':"ok"' | sed 's/^"\([a-z]*\)".*/\1/' | paste -sd, || true)
  [[ -n $body ]] || checks='no answer'
  { read -r systemd && read -r agent && read -r failed; } < <(inside "$1" sh -c 'systemctl is-system-running; systemctl is-active halcyon-agent
    systemctl --failed --no-legend --plain | cut -d" " -f1 | paste -sd,')
  memory=$(memory_mib "$1")
}

memory_mib() {
  local dir
  dir=$(grep -m1 /memory "$LAB_HOME/$1/cgroups") || { echo -1 && return; }
  awk '$1 == "total_rss" || $1 == "total_shmem" { sum += $2 } END { printf "%d", sum / 1048576 }' "$dir/memory.stat"
}

status_row() {
  local up systemd ready checks agent memory failed
  if ! look "$1"; then
    printf "$ROW" "$1" - 'not up' - - - "left behind: npm run lab -- down $1"
    return
  fi
  local kingfisher="not ready: $checks"
  [[ $ready == false ]] || kingfisher=ready
  [[ $memory != -1 ]] && memory="$memory MiB" || memory='?'
  printf "$ROW" "$1" "$((up / 60))m$((up % 60))s" "$systemd" "$kingfisher" "$agent" "$memory" "${failed:-none}"
}

status_json() {
  local up systemd ready checks agent memory failed
  if ! look "$1"; then
    printf '{"name":"%s","up":false}\n' "$1"
    return
  fi
  printf '{"name":"%s","up":true,"upSeconds":%d,"systemd":"%s","ready":%s,"failingChecks":"%s","agent":"%s","memoryMiB":%d,"failedUnits":"%s"}\n' \
    "$1" "$up" "$systemd" "$ready" "$checks" "$agent" "$memory" "$failed"
}
