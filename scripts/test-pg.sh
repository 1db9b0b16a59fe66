#!/usr/bin/env bash
# Runs the suite on both engines, with a temporary Postgres cluster of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
eval "$(bash scripts/postgres.sh start -c fsync=off)"
trap 'bash scripts/postgres.sh stop "$TEST_CLUSTER"' EXIT
npm test
