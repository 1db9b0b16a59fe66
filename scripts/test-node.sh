#!/usr/bin/env bash
# Runs the suite on other major versions of Node.js, which npx fetches: scripts/test-node.sh 22 24
# Further arguments go to vitest; by default the suite runs without Postgres: --project unit --project embedded
set -euo pipefail
cd "$(dirname "$0")/.."

majors=()
while [[ "${1:-}" =~ ^[0-9]+$ ]]; do
  majors+=("$1")
  shift
done
[ ${#majors[@]} -gt 0 ] || { echo "usage: $0 <major>... [<option of vitest>...]" >&2; exit 2; }
[ $# -gt 0 ] || set -- --project unit --project embedded

for major in "${majors[@]}"; do
  echo "== Node.js $major"
  npx -y -p "node@$major" node node_modules/vitest/vitest.mjs run "$@"
done
