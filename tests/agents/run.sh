#!/usr/bin/env bash
# Claude Code and Codex through the gateway, each in front of a model of the other's maker: both run a command and tell its output.
# Not part of test.sh: the two programs are 640 MB. Needs node, npm, curl and a built gateway (dotnet build src/Tollgate -c Release).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

here=$PWD
gateway=$here/../../src/Tollgate/bin/Release/net10.0/tollgate.dll
work=$(mktemp -d)
running=()
finish() {
  for pid in "${running[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap finish EXIT

npm ci --silent --no-fund --no-audit
mkdir -p "$work/home" "$work/claude" "$work/codex"

node upstream.mjs >"$work/port" 2>"$work/upstream.log" &
running+=($!)
for _ in $(seq 100); do [[ -s $work/port ]] && break; sleep 0.1; done
upstream=http://127.0.0.1:$(<"$work/port")

cat >"$work/config.yaml" <<CONFIG
model_list:
  - model_name: agent-openai
    litellm_params: { model: openai/gpt-test, api_base: $upstream/v1, api_key: k, input_cost_per_token: 0.000001, output_cost_per_token: 0.000002 }
  - model_name: agent-anthropic
    litellm_params: { model: anthropic/claude-test, api_base: $upstream, api_key: k, input_cost_per_token: 0.000001, output_cost_per_token: 0.000002 }
general_settings:
  master_key: sk-agents
CONFIG
port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
(cd "$work" && exec dotnet "$gateway" --config config.yaml --host 127.0.0.1 --port "$port") >"$work/gateway.log" 2>&1 &
running+=($!)
for _ in $(seq 300); do curl -sf "http://127.0.0.1:$port/health/liveliness" >/dev/null && break; sleep 0.1; done
base=http://127.0.0.1:$port
key=$(curl -sf "$base/key/generate" -H 'Authorization: Bearer sk-agents' -H 'Content-Type: application/json' -d '{"max_budget":1}' | node -pe 'JSON.parse(require("fs").readFileSync(0)).key')

check() {
  local name=$1 folder=$2
  if [[ $(cat "$folder/answer.txt" 2>/dev/null) == 42 ]] && grep -q 'The command said: .*42' <(tr '\n' ' ' <"$folder/said.txt"); then
    echo "$name: ran the command and told its output"
  else
    echo "$name failed; it said:"
    cat "$folder/said.txt" "$folder/errors.txt"
    echo "The gateway said:"
    tail -n 20 "$work/gateway.log"
    exit 1
  fi
}

(
  cd "$work/claude"
  HOME=$work/home ANTHROPIC_BASE_URL=$base ANTHROPIC_AUTH_TOKEN=$key ANTHROPIC_MODEL=agent-openai ANTHROPIC_SMALL_FAST_MODEL=agent-openai \
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1 \
    timeout 120 "$here/node_modules/.bin/claude" -p 'How much is six times seven?' --allowedTools Bash </dev/null >said.txt 2>errors.txt
) || true
check "Claude Code over OpenAI's dialect" "$work/claude"

mkdir -p "$work/home/.codex"
cat >"$work/home/.codex/config.toml" <<CONFIG
model = "agent-anthropic"
model_provider = "tollgate"
[model_providers.tollgate]
name = "Tollgate"
base_url = "$base/v1"
env_key = "TOLLGATE_KEY"
wire_api = "responses"
CONFIG
(
  cd "$work/codex"
  HOME=$work/home CODEX_HOME=$work/home/.codex TOLLGATE_KEY=$key \
    timeout 120 "$here/node_modules/.bin/codex" exec --skip-git-repo-check --sandbox danger-full-access 'How much is six times seven?' </dev/null >said.txt 2>errors.txt
) || true
check "Codex over Anthropic's dialect" "$work/codex"

sleep 2
spend=$(curl -sf "$base/key/info?key=$key" -H 'Authorization: Bearer sk-agents' | node -pe 'JSON.parse(require("fs").readFileSync(0)).info.spend')
calls=$(grep -c . "$work/upstream.log")
node -e 'const [spend, calls] = process.argv.slice(1).map(Number); if (Math.abs(spend - calls * 0.00012) > 1e-9) { console.error(`spend is ${spend}, but ${calls} calls cost ${calls * 0.00012}`); process.exit(1); }' "$spend" "$calls"
echo "spend of the key: $spend USD, as $calls calls cost"
