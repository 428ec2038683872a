#!/usr/bin/env bash
# Shows what was spent: in all, by provider, and by key with budget.
set -euo pipefail

usage() {
  cat << 'TEXT'
Usage: show-budget.sh

Prints the total spend, the budgets of providers, and every key with what it has spent of its budget.

Environment: BASE_URL (default http://localhost:4000), MASTER_KEY or LITELLM_MASTER_KEY
TEXT
}

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=scripts/gateway.bash
source "$here/gateway.bash"

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" ]]; then
  usage
  exit 0
fi
[[ $# -eq 0 ]] || misuse "There are no arguments."
need_tools
need_key

total="$(ask GET /spend/total | jq -r "$JQ_MONEY"' .total_spend | units | money')"
printf 'Total spend: $%s\n' "$total"

printf '\nProviders\n'
ask GET /provider/budgets | jq -r "$JQ_MONEY"'
  (["PROVIDER", "SPEND", "BUDGET", "PERIOD", "RESETS (UTC)"] | @tsv),
  ((.providers // {}) | to_entries[] | [.key, (.value.spend | units | money), (.value.budget_limit | limit), .value.time_period // "-", .value.budget_reset_at // "-"] | @tsv)'

printf '\nKeys\n'
page=1 pages=1
while ((page <= pages)); do
  answer="$(ask GET "/key/list?return_full_object=true&size=100&page=$page")"
  pages="$(jq -r '.total_pages // 1' <<< "$answer")"
  jq -r --argjson page "$page" "$JQ_MONEY"'
    (if $page == 1 then ["ALIAS", "KEY", "SPEND", "BUDGET", "PERIOD", "RESETS (UTC)"] | @tsv else empty end),
    (.keys[] | [.key_alias // "-", .key_name // "-", (.spend | units | money), (.max_budget | limit), .budget_duration // "-", .budget_reset_at // "-"] | @tsv)' <<< "$answer"
  page=$((page + 1))
done
