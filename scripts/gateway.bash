# shellcheck shell=bash
# Where the gateway is and how it is asked; the scripts beside this file source it.

# Without it a failure inside $(...) would go unseen.
shopt -s inherit_errexit

BASE_URL="${BASE_URL:-http://localhost:4000}"
BASE_URL="${BASE_URL%/}"
MASTER_KEY="${MASTER_KEY:-${LITELLM_MASTER_KEY:-}}"

# What one call costs is far below a cent: amounts are counted in millionths of a millionth of a dollar, whole numbers that add up
# exactly, and are shown with two to twelve digits, never with an exponent.
# shellcheck disable=SC2034 # Used by the scripts that source this file.
JQ_MONEY='
  def units: (. // 0) * 1e12 | round;
  def money: (if . < 0 then "-" else "" end)
    + (fabs as $all | ($all / 1e12 | floor | tostring) + "." + ($all % 1e12 | tostring | ("000000000000"[length:]) + . | sub("0{1,10}$"; "")));
  def limit: if . == null then "-" else units | money end;
'

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Wrong usage: what was wrong, then how it is done.
misuse() {
  printf '%s\n\n' "$*" >&2
  usage >&2
  exit 2
}

need_tools() {
  local tool
  for tool in curl jq; do
    command -v "$tool" > /dev/null || fail "$tool is needed and was not found."
  done
}

need_key() {
  [[ -n "$MASTER_KEY" ]] || misuse "MASTER_KEY (or LITELLM_MASTER_KEY) is not set."
}

# ask METHOD PATH [JSON]: prints the answer. An error ends the script with the gateway's words.
# The key goes through curl's configuration on standard input, so that no list of processes shows it.
ask() {
  local method="$1" path="$2" body="${3:-}" answer status
  local arguments=(--silent --show-error --max-time 60 --request "$method" --write-out '\n%{http_code}' --config -)
  if [[ -n "$body" ]]; then
    arguments+=(--header 'Content-Type: application/json' --data-binary "$body")
  fi
  answer="$(curl "${arguments[@]}" "$BASE_URL$path" <<< "header = \"Authorization: Bearer $MASTER_KEY\"")" \
    || fail "$BASE_URL cannot be reached."
  status="${answer##*$'\n'}"
  answer="${answer%$'\n'*}"
  if [[ "$status" != 2* ]]; then
    fail "$method ${path%%\?*} answered $status: $(jq -r '.error.message? // .detail.error? // .detail? // .' <<< "$answer" 2> /dev/null || printf '%s' "$answer")"
  fi
  printf '%s\n' "$answer"
}
