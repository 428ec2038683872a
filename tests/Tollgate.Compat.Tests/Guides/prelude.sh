# What the commands need around them. Each stays as an operator types it.
set -o pipefail

# Notes the status, which a pipe after curl would else swallow.
curl() { command curl -sS --max-time 60 -w '%{stderr}%{http_code}\n' "$@" 2>>"$STATUS"; }

# The database is not in a container here and has a name of its own; the rest of the line is as in the guides.
docker() {
  while [[ $1 != psql && $1 != pg_dump ]]; do shift; done
  local before= argument arguments=()
  for argument in "$@"; do
    if [[ $argument == litellm && $before != -U ]]; then argument=$PGDATABASE; fi
    arguments+=("$argument")
    before=$argument
  done
  command "${arguments[@]}"
}
docker-compose() { docker "$@"; }
psql() { command psql -v ON_ERROR_STOP=1 "$@"; }
command -v shasum >/dev/null || shasum() { sha256sum; }

# Calls of our own that show a command's effect.
chat() {
  curl "$BASE/v1/chat/completions" -H "Authorization: Bearer $1" -H 'Content-Type: application/json' \
    -d "{\"model\": \"$2\", \"max_tokens\": 10, \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}"
}
get() { curl "$BASE$1" -H "Authorization: Bearer $MASTER"; }
post() { curl "$BASE$1" -H "Authorization: Bearer $MASTER" -H 'Content-Type: application/json' -d "$2"; }

