#!/usr/bin/env bash
# Makes a virtual key with a budget and keeps it in keys/NAME.env.
set -euo pipefail

usage() {
  cat << 'TEXT'
Usage: gen-virtual-key.sh NAME [BUDGET] [PERIOD] [MODELS]

  NAME     alias of the key, and name of the file: letters, digits, '.', '_' and '-'
  BUDGET   most that may be spent in a period, USD (default 10)
  PERIOD   length of a period: 1h, 1d, 30d, 1mo (default 1d)
  MODELS   models that it may call, with commas between them (default: all)

Writes LITELLM_VIRTUAL_KEY=sk-... to keys/NAME.env, which only you can read.

Environment: BASE_URL (default http://localhost:4000), MASTER_KEY or LITELLM_MASTER_KEY,
             KEYS_DIR (default: the folder keys beside the folder of this script)
Example:     ./gen-virtual-key.sh "mobile-app" 5 "1d" "gpt-4o-mini,claude-haiku"
TEXT
}

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/gateway.bash
source "$here/gateway.bash"

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" ]]; then
  usage
  exit 0
fi
[[ $# -ge 1 && $# -le 4 ]] || misuse "A name is needed, and at most four arguments."
need_tools
need_key

name="$1" budget="${2:-10}" period="${3:-1d}" models="${4:-}"
[[ "$name" =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] || misuse "'$name' is no name for a file."
[[ "$budget" =~ ^[0-9]+(\.[0-9]+)?$ ]] || misuse "'$budget' is no amount."
directory="${KEYS_DIR:-$here/../keys}"
file="$directory/$name.env"
[[ ! -e "$file" ]] || fail "$file exists already; delete it, and the key in it, first."
umask 077
mkdir -p "$directory"
# Before the key is made: a key that cannot be kept would be lost.
: > "$file"
trap '[[ -s "$file" ]] || rm -f "$file"' EXIT

body="$(jq -n --arg name "$name" --argjson budget "$budget" --arg period "$period" --arg models "$models" \
  '{key_alias: $name, max_budget: $budget, budget_duration: $period}
   + ($models | split(",") | map(gsub("^\\s+|\\s+$"; "")) | map(select(. != "")) | if length > 0 then {models: .} else {} end)')"
answer="$(ask POST /key/generate "$body")"
key="$(jq -er '.key' <<< "$answer")" || fail "The answer has no key in it."
printf 'LITELLM_VIRTUAL_KEY=%s\n' "$key" > "$file"

printf 'Key:    %s\nBudget: $%s per %s\nModels: %s\nFile:   %s\n' "$name" "$budget" "$period" "${models:-all}" "$file"
