#!/bin/sh
# Makes Temporal's two databases and brings their tables up to date. Runs before each start of Temporal: what is there
# already stays as it is, so a newer image of Temporal needs no other step.
set -eu

: "${POSTGRES_SEEDS:?the host of PostgreSQL}"
: "${POSTGRES_USER:?the user of PostgreSQL}"
: "${SQL_PASSWORD:?the password of that user}"

sql() {
  database=$1
  shift
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" --port "${DB_PORT:-5432}" --user "$POSTGRES_USER" \
    --db "$database" "$@"
}

for part in temporal visibility; do
  case $part in
  temporal) database=temporal ;;
  visibility) database=temporal_visibility ;;
  esac
  sql "$database" create
  sql "$database" setup-schema -v 0.0
  sql "$database" update-schema -d "/etc/temporal/schema/postgresql/v12/$part/versioned"
done
