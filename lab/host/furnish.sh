# Writes what makes the overlay a KingFisher host: identity, units, user, data. Sourced by boot.sh, which sets $ROOT.

# The units that start at boot; whatever else is enabled on this machine stays off inside.
WANTED="redis-server.service rabbitmq-server.service postgresql.service cron.service kingfisher.service lab-network.service lab-outside.service
  lab-cluster.service lab-database.service"
# They would reach the shared kernel, wait for hardware that is not there, or ask the network.
MASKED="systemd-udevd.service systemd-udev-trigger.service systemd-udevd-kernel.socket systemd-udevd-control.socket
  systemd-timesyncd.service systemd-modules-load.service systemd-remount-fs.service systemd-logind.service
  systemd-networkd.service systemd-resolved.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount
  getty@.service console-getty.service modprobe@.service sys-kernel-debug.mount sys-kernel-tracing.mount
  sys-kernel-config.mount sys-fs-fuse-connections.mount dev-hugepages.mount"

furnish() {
  identity
  forget_machine
  kingfisher_user
  cp -r "$HERE/rootfs/." "$ROOT/"
  agent
  secrets
  kingfisher_files
  units
  fill_in
}

identity() {
  echo "$LAB_NAME" >"$ROOT/etc/hostname"
  printf '%s\n' "127.0.0.1 localhost $LAB_NAME" '::1 localhost' '198.18.0.2 api.openai.lab' '198.18.0.3 api.telegram.lab' \
    >"$ROOT/etc/hosts"
  : >"$ROOT/etc/fstab"
  rm -f "$ROOT/etc/resolv.conf"
  : >"$ROOT/etc/resolv.conf"
  : >"$ROOT/etc/machine-id" # empty: systemd makes one
}

# The host starts with empty data stores of its own, never with this machine's.
forget_machine() {
  rm -rf "$ROOT"/etc/postgresql/* "$ROOT"/var/lib/postgresql/* "$ROOT"/var/lib/redis/* "$ROOT"/var/lib/rabbitmq/mnesia/*
  rm -rf "$ROOT"/var/log/{postgresql,redis,rabbitmq,journal}/* "$ROOT/opt/kingfisher/backend"
  rm -f "$ROOT"/usr/sbin/policy-rc.d
}

kingfisher_user() {
  chroot "$ROOT" /usr/bin/id kingfisher >/dev/null 2>&1 && return
  chroot "$ROOT" /usr/sbin/useradd --system --user-group --home-dir /opt/kingfisher --shell /usr/sbin/nologin kingfisher
}

# Made for this host alone: what KingFisher shows to OpenAI and Telegram, and signs its clients' tokens with.
secrets() {
  local home=$ROOT/etc/kingfisher
  mkdir -p "$home"
  (
    umask 027
    printf 'OPENAI_API_KEY=sk-lab-%s\nTELEGRAM_BOT_TOKEN=7000000001:AA%s\n' "$(random 40)" "$(random 33)" >"$home/environment"
    random 40 >"$home/jwt-secret"
  )
  chmod 600 "$home/environment"
  chroot "$ROOT" /usr/bin/chown root:kingfisher /etc/kingfisher/jwt-secret
}

# So many letters and digits; half as many bytes of chance.
random() {
  od -An -N$((($1 + 1) / 2)) -tx1 /dev/urandom | tr -d ' \n' | head -c "$1"
}

agent() {
  mkdir -p "$ROOT/etc/halcyon"
  cp "$HERE/agent.yaml" "$ROOT/etc/halcyon/halcyon.yaml"
  chmod 600 "$ROOT/etc/halcyon/halcyon.yaml"
  cp "$LAB_PROJECT/deploy/systemd/halcyon-agent.service" "$ROOT/etc/systemd/system/"
}

kingfisher_files() {
  local home=$ROOT/opt/kingfisher today
  today=$home/data/images/$(date -u +%Y/%m/%d)
  mkdir -p "$home/backend" "$today" "$home"/data/images/temp "$home/data/temp" "$ROOT/var/log/kingfisher"
  cp -r "$LAB_PROGRAMS/kingfisher/." "$home/backend/"
  packages "$home/backend/node_modules"
  mkdir -p "$home/backend/King-Scripts" "$home/scripts"
  ln -s ../step5-runner.js "$home/backend/King-Scripts/step5_runner.js"
  ln -s ../backend/gen-jwt.js "$home/scripts/gen_jwt.js"
  cp -r "$LAB_PROGRAMS/stand-ins" "$ROOT/usr/local/lib/lab/"
  images "$today"
  chmod -R u=rwX,g=rX,o= "$home/data"
  # However strict the project was checked out.
  chmod -R u=rwX,go=rX "$home/backend" "$home/config" "$ROOT/usr/local/lib/lab" "$ROOT/usr/local/bin/lab-outside" \
    "$ROOT"/etc/{rabbitmq,logrotate.d}
  chroot "$ROOT" /usr/bin/chown -R kingfisher:kingfisher /opt/kingfisher/data /opt/kingfisher/config /var/log/kingfisher
}

# A copy: however strict the project was checked out, KingFisher's user reads it.
packages() { # FOLDER
  local name
  for name in $LAB_PACKAGES; do
    mkdir -p "$1/$name"
    cp -r "$LAB_PROJECT/node_modules/$name/." "$1/$name/"
  done
}

# Pictures of 20 KB.
images() {
  local i image=$ROOT/usr/local/lib/lab/image.jpg
  "$LAB_NODE" -e 'const [, module, file] = process.argv; fs.writeFileSync(file, require(module).jpeg(20480))' \
    "$ROOT/opt/kingfisher/backend/tasks/image.js" "$image"
  for ((i = 1; i <= LAB_IMAGES; i++)); do cat "$image" >"$1/$(printf 'liquidation_%04d.jpg' "$i")"; done
}

# Removed through the overlay, the machine's own *.wants folders are hidden; new ones name what starts here.
units() {
  local etc=$ROOT/etc/systemd/system unit
  rm -rf "$etc"/*.wants "$etc"/*.requires
  mkdir -p "$etc"/{multi-user.target.wants,sockets.target.wants,timers.target.wants}
  for unit in $WANTED; do want multi-user.target "$unit"; done
  want multi-user.target postgresql@.service "postgresql@$(pg_version)-main.service"
  want sockets.target epmd.socket
  want timers.target logrotate.timer
  for unit in $MASKED; do ln -sfn /dev/null "$etc/$unit"; done
}

want() { # TARGET UNIT [INSTANCE]
  local file=/etc/systemd/system/$2
  [[ -e $ROOT$file ]] || file=/lib/systemd/system/$2
  ln -sfn "$file" "$ROOT/etc/systemd/system/$1.wants/${3:-$2}"
}

pg_version() {
  local versions=("$ROOT"/usr/lib/postgresql/*/)
  printf '%s\n' "${versions[@]}" | sed 's|/$||; s|.*/||' | sort -n | tail -1
}

fill_in() {
  sed -i -e "s/@HOST@/$LAB_NAME/g" -e "s/@PGVERSION@/$(pg_version)/g" "$ROOT/etc/halcyon/halcyon.yaml" \
    "$ROOT"/etc/systemd/system/lab-*.service
}
