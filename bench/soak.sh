#!/bin/sh
# Mixed traffic for --minutes M; --no-publish as the first flag soaks what is published already.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = "--no-publish" ]; then shift; else bench/publish.sh; fi
exec artifacts/bench/load/tollgate-bench-load soak "$@"
