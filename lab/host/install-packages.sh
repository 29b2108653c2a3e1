#!/bin/bash
# Installs the Debian packages given as arguments and starts none of their services: while it runs, policy-rc.d denies
# every start. What was in its place is put back, also when this is interrupted.
set -euo pipefail
POLICY=/usr/sbin/policy-rc.d
SAVED=$POLICY.before-halcyon-lab

restore() {
  rm -f "$POLICY"
  [[ ! -e $SAVED ]] || mv "$SAVED" "$POLICY"
}

[[ ! -e $POLICY || -e $SAVED ]] || mv "$POLICY" "$SAVED"
trap restore EXIT
trap 'exit 130' INT TERM HUP
printf '#!/bin/sh\nexit 101\n' >"$POLICY"
chmod 755 "$POLICY"
# Another apt may be at work, such as unattended-upgrades: its lock is waited for.
PATIENT=(-o DPkg::Lock::Timeout=120)
export DEBIAN_FRONTEND=noninteractive
echo "reading package lists"
apt-get update -qq "${PATIENT[@]}"
echo "installing $*"
apt-get install -y -qq --no-install-recommends "${PATIENT[@]}" -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" |
  { grep --line-buffered '^Setting up' || true; }
