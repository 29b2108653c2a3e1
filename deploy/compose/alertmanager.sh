#!/bin/sh
# Alertmanager reads secrets from files only: puts those of its environment there, then becomes Alertmanager without them.
set -eu

: "${HALCYON_INTAKE_TOKEN:?the token of intake, in intake.env}"

umask 077
printf %s "$HALCYON_INTAKE_TOKEN" >/run/halcyon/intake-token
printf %s "${PEOPLE_PAGERDUTY_KEY:-}" >/run/halcyon/pagerduty-key
unset HALCYON_INTAKE_TOKEN PEOPLE_PAGERDUTY_KEY

exec /bin/alertmanager "$@"
