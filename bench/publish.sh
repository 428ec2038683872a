#!/bin/sh
# Publishes what the load benchmarks run: the gateway, the bare relay and the load program.
set -eu
cd "$(dirname "$0")/.."
for pair in src/Tollgate:artifacts/tollgate bench/Tollgate.Bench.Relay:artifacts/bench/relay bench/Tollgate.Bench.Load:artifacts/bench/load; do
  dotnet publish "${pair%%:*}" -c Release -o "${pair#*:}" -v quiet --nologo
done
