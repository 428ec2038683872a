#!/bin/sh
# Publishes and measures. Every flag goes to the load program; --no-publish as the first one measures what is published already.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = "--no-publish" ]; then shift; else bench/publish.sh; fi
exec artifacts/bench/load/tollgate-bench-load run "$@"
