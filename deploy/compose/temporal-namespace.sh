#!/bin/sh
# Makes the namespace of Halcyon where there is none. Retention: how long closed incidents can be looked at.
set -eu

: "${TEMPORAL_ADDRESS:?host:port of Temporal}"
namespace=${TEMPORAL_NAMESPACE:-default}

# The port is open before the server can answer.
tries=30
until temporal operator cluster health --address "$TEMPORAL_ADDRESS"; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep 2
done

if temporal operator namespace describe --namespace "$namespace" --address "$TEMPORAL_ADDRESS" >/dev/null 2>&1; then
  echo "namespace $namespace is there"
else
  temporal operator namespace create --namespace "$namespace" --retention "${RETENTION:-30d}" --address "$TEMPORAL_ADDRESS"
fi
