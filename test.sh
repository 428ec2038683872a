#!/usr/bin/env bash
# Builds everything, checks the formatting and runs every test. The last line is "N passed, N failed, N skipped";
# the exit code is 0 only when nothing failed and nothing was skipped.
# Needs the .NET SDK of global.json. Installs what else is missing: Debian packages (as root or by sudo) and the npm packages of tests/clients.
# PostgreSQL, Redis and nginx are started by the tests themselves, in folders and on ports of their own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export MSBUILDTERMINALLOGGER=off
# Build servers that outlive this script would keep memory, and a pipe that reads it, open.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

readonly configuration=Release
readonly results=artifacts/test-results
# A project whose tests take longer hangs; the slowest takes two to four minutes, depending on what else the machine does.
readonly seconds_per_project=600

step() {
  printf '\n== %s (%s s)\n' "$1" "$SECONDS"
}

install_missing_tools() {
  local missing=()
  command -v curl >/dev/null || missing+=(curl ca-certificates)
  command -v jq >/dev/null || missing+=(jq)
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  command -v redis-server >/dev/null || missing+=(redis-server)
  command -v nginx >/dev/null || missing+=(nginx-light)
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
  if ((${#missing[@]} == 0)); then
    return
  fi

  step "Installing ${missing[*]}"
  local as_root=()
  if ((EUID != 0)); then
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# Adds the counts of one project's result file to the sums; a project without results has failed as a whole.
count() {
  local project=$1 file=$2 code=$3 name value
  local -A counts=([passed]=0 [failed]=0 [skipped]=0 [errors]=0)
  if [[ -s $file ]]; then
    for name in passed failed skipped errors; do
      value=$(sed -nE "s/.*<assembly [^>]*\\b$name=\"([0-9]+)\".*/\\1/p" "$file" | head -n 1)
      counts[$name]=${value:-0}
    done
  fi

  ((passed += counts[passed], failed += counts[failed] + counts[errors], skipped += counts[skipped])) || true
  if ((code != 0 && counts[failed] + counts[errors] == 0)); then
    echo "$project ended with exit code $code."
    ((failed += 1))
  fi
}

check_format() {
  if ! dotnet format "$@" Tollgate.slnx --verify-no-changes --no-restore; then
    echo "To format the files above: dotnet format $* Tollgate.slnx"
    ((failed += 1))
  fi
}

passed=0 failed=0 skipped=0
install_missing_tools

step "Installing the clients' packages"
npm ci --prefix tests/clients --loglevel=error

step "Restoring"
dotnet restore Tollgate.slnx --verbosity quiet

step "Building"
dotnet build Tollgate.slnx --configuration "$configuration" --no-restore --verbosity quiet -warnaserror -p:UseSharedCompilation=false

passed=0 failed=0 skipped=0

step "Checking the formatting"
check_format whitespace
# Names are left to the compiler: this tool takes the first naming rule that fits, not the one of highest priority.
check_format style --exclude-diagnostics IDE1006

rm -rf "$results"
mkdir -p "$results"
for folder in tests/*.Tests; do
  project=$(basename "$folder")
  step "Testing $project"
  code=0
  timeout --kill-after=10 "$seconds_per_project" \
    dotnet "$folder/bin/$configuration/net10.0/$project.dll" -noLogo -noColor -xml "$results/$project.xml" || code=$?
  count "$project" "$results/$project.xml" "$code"
done

step "Done"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && skipped == 0 && passed > 0))
