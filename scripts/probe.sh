#!/usr/bin/env bash
# Asks a model one question: does the gateway answer, how fast, and with what usage?
set -euo pipefail

usage() {
  cat << 'TEXT'
Usage: MODEL=model-name probe.sh [PROMPT]

Sends one chat request and prints the answer, its usage and the time it took. Ends with 1 when there is no answer.

Environment: MODEL (default: the first model that the gateway lists), BASE_URL (default http://localhost:4000),
             MASTER_KEY, LITELLM_MASTER_KEY or, to try a virtual key, LITELLM_VIRTUAL_KEY
TEXT
}

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/gateway.bash
source "$here/gateway.bash"

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" ]]; then
  usage
  exit 0
fi
[[ $# -le 1 ]] || misuse "There is one prompt at most."
MASTER_KEY="${LITELLM_VIRTUAL_KEY:-$MASTER_KEY}"
need_tools
need_key

model="${MODEL:-$(ask GET /v1/models | jq -r '[.data[].id | select(contains("*") | not)][0] // empty')}"
[[ -n "$model" ]] || fail "The gateway lists no model; name one: MODEL=model-name probe.sh"
body="$(jq -n --arg model "$model" --arg prompt "${1:-Say hello in one short sentence.}" \
  '{model: $model, max_tokens: 64, messages: [{role: "user", content: $prompt}]}')"

started="$(date +%s%3N)"
answer="$(ask POST /v1/chat/completions "$body")"
ended="$(date +%s%3N)"
text="$(jq -er '.choices[0].message.content' <<< "$answer")" || fail "The answer has no text: $answer"

printf 'Model:  %s\nAnswer: %s\n' "$model" "$text"
jq -r '"Usage:  \(.usage.prompt_tokens // 0) in, \(.usage.completion_tokens // 0) out"' <<< "$answer"
printf 'Time:   %s ms\n' "$((ended - started))"
