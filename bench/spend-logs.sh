#!/bin/sh
# Times pages of the request logs over ten million rows, in a private PostgreSQL that goes with its folder. Needs postgresql and about 12 GB
# of disk; --rows N makes fewer rows. The first table is the schema as LiteLLM has it, the second has our own indexes by key and team.
set -eu
cd "$(dirname "$0")/.."
rows=10000000
[ "${1:-}" = "--rows" ] && rows=$2
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
folder=$(mktemp -d)
port=$(shuf -i 20000-29999 -n 1)
as=""
if [ "$(id -u)" = 0 ]; then as="runuser -u postgres --"; chown postgres "$folder"; fi
stop() { $as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"; }
trap stop EXIT INT TERM

dotnet build bench/Tollgate.Bench.SpendLogs -c Release -v q --nologo >&2
program=bench/Tollgate.Bench.SpendLogs/bin/Release/net10.0/tollgate-bench-spend-logs
chmod 755 "$folder"
cp bench/Tollgate.Bench.SpendLogs/load.sql "$folder/load.sql"
cd "$folder"
$as "$bin/initdb" -D "$folder/data" -U tollgate -A trust --locale=C.UTF-8 --no-sync >/dev/null
$as "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off \
    -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=16GB -c shared_buffers=1GB -c work_mem=64MB \
    -c maintenance_work_mem=1GB" start >/dev/null
sql() { "$bin/psql" -h 127.0.0.1 -p "$port" -U tollgate -d postgres -v ON_ERROR_STOP=1 -qX "$@"; }
url="postgresql://tollgate@127.0.0.1:$port/postgres"
cd "$OLDPWD"

"$program" prepare "$url"
sql -v rows="$rows" -f "$folder/load.sql"
sql -Atc "SELECT count(*) || ' rows, table and indexes ' || pg_size_pretty(pg_total_relation_size('\"LiteLLM_SpendLogs\"')) FROM \"LiteLLM_SpendLogs\""
explain() {
    sql -Atc "EXPLAIN (ANALYZE, COSTS OFF) SELECT request_id FROM \"LiteLLM_SpendLogs\" WHERE \"startTime\" >= now() AT TIME ZONE 'UTC' - interval '31 days' \
        AND $1 ORDER BY \"startTime\" DESC, request_id DESC LIMIT 100"
}
"$program" measure "$url" "LiteLLM's indexes"
explain "api_key = 'rare'"
sql -c 'CREATE INDEX spend_key ON "LiteLLM_SpendLogs" (api_key, "startTime"); CREATE INDEX spend_team ON "LiteLLM_SpendLogs" (team_id, "startTime"); ANALYZE "LiteLLM_SpendLogs"'
sql -Atc "SELECT 'index by key ' || pg_size_pretty(pg_relation_size('spend_key')) || ', by team ' || pg_size_pretty(pg_relation_size('spend_team'))"
"$program" measure "$url" "with indexes by key and team"
explain "api_key = 'rare'"
explain "team_id = 'team-7'"
