#!/usr/bin/env bash
# What every team and key spent in a month, as CSV with a total.
set -euo pipefail

usage() {
  cat << 'TEXT'
Usage: chargeback.sh [MONTH]

  MONTH   2026-01; default: the month before this one (UTC)

Prints CSV: month, team, key alias, key hash, requests, input tokens, output tokens, spend in USD; the last line is the total.
Calls with a key that belongs to no team stand under the team "-".

Environment: BASE_URL (default http://localhost:4000), MASTER_KEY or LITELLM_MASTER_KEY
Example:     ./chargeback.sh 2026-01 > 2026-01.csv
TEXT
}

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/gateway.bash
source "$here/gateway.bash"

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" ]]; then
  usage
  exit 0
fi
[[ $# -le 1 ]] || misuse "There is one month at most."
need_tools
need_key

month="${1:-$(date -u -d "$(date -u +%Y-%m-01) -1 day" +%Y-%m)}"
[[ "$month" =~ ^[0-9]{4}-(0[1-9]|1[0-2])$ ]] || misuse "'$month' is no month such as 2026-01."
from="$month-01"
to="$(date -u -d "$from +1 month -1 day" +%Y-%m-%d)"

# Every page of a daily report, as one array.
days() {
  local path="$1" page=1 pages=1 answer
  while ((page <= pages)); do
    answer="$(ask GET "$path?start_date=$from&end_date=$to&page_size=1000&page=$page")"
    pages="$(jq -r '.metadata.total_pages // 1' <<< "$answer")"
    jq -c '.results[]' <<< "$answer"
    page=$((page + 1))
  done | jq -s '.'
}

teams="$(days /team/daily/activity)"
everything="$(days /user/daily/activity)"

# The report by user has every call, the one by team those of teams: what is left has no team.
jq -rn --arg month "$month" --slurpfile teams <(printf '%s' "$teams") --slurpfile all <(printf '%s' "$everything") "$JQ_MONEY"'
  def figures: {requests: (.api_requests // 0), input: (.prompt_tokens // 0), output: (.completion_tokens // 0), spend: (.spend | units)};
  def total: reduce .[] as $item ({requests: 0, input: 0, output: 0, spend: 0};
    .requests += $item.requests | .input += $item.input | .output += $item.output | .spend += $item.spend);
  def less($other): {requests: (.requests - $other.requests), input: (.input - $other.input), output: (.output - $other.output), spend: (.spend - $other.spend)};
  def row($team; $alias; $hash): [$month, $team, $alias, $hash, .requests, .input, .output, (.spend | money)] | @csv;

  [$teams[0][] | .breakdown.entities // {} | to_entries[] | .key as $id | (.value.metadata.team_alias // $id) as $team
    | .value.api_key_breakdown // {} | to_entries[]
    | {id: $id, team: $team, hash: .key, alias: (.value.metadata.key_alias // "-")} + (.value.metrics | figures)] as $owned
  | [$all[0][] | .breakdown.api_keys // {} | to_entries[]
    | {hash: .key, alias: (.value.metadata.key_alias // "-")} + (.value.metrics | figures)] as $keys
  | ($owned | group_by([.id, .hash]) | map({id: .[0].id, team: .[0].team, hash: .[0].hash, alias: .[0].alias} + total)) as $teamrows
  | ($keys | group_by(.hash) | map(.[0].hash as $hash | {team: "-", hash: $hash, alias: .[0].alias}
      + (total | less([$owned[] | select(.hash == $hash)] | total)))
      | map(select(.requests > 0 or .spend > 0))) as $rest
  | ($teamrows + $rest | sort_by(.team, -.spend)) as $rows
  | "month,team,key_alias,key_hash,requests,input_tokens,output_tokens,spend_usd",
    ($rows[] | row(.team; .alias; .hash)),
    ($rows | total | row("TOTAL"; ""; ""))'
