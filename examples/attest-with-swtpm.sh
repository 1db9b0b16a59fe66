#!/usr/bin/env bash
# The whole story of attestation, with a software TPM and real files of this machine:
#
#   examples/attest-with-swtpm.sh [rsa|ecc]
#
# It needs Node.js, swtpm and tpm2-tools (Debian: apt-get install swtpm tpm2-tools), and a built tree (npm run build).
# It starts a server of its own in a temporary folder. To use another, set BAILIWICK_SERVER, and either log in there for a
# project before or set BAILIWICK_TOKEN. Every step is checked; the script ends with 0 only when all went as told.
set -euo pipefail

key=${1:-rsa}
[[ $key == rsa || $key == ecc ]] || { echo "usage: $0 [rsa|ecc]" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
run=$(basename "$work" | tr -d .)   # makes names of this run unique on a server that is used again
agent_token_seconds=10
pids=()

cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

bailiwick() { node "$root/bin/bailiwick.mjs" "$@"; }
step() { printf '\n== %s\n' "$*"; }
fail() { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }
expect() { [[ $2 == "$3" ]] || fail "$1: expected $3, got $2"; echo "   $1: $2"; }
expect_in() { grep -qF -- "$1" <<<"$2" || fail "expected \"$1\" in: $2"; echo "   found: $1"; }
field() { node -pe 'process.argv[1].split(".").reduce((value, name) => value?.[name], JSON.parse(fs.readFileSync(0, "utf8")))' "$1"; }
state_of() { bailiwick agent show "$1" -o json | field state; }

for tool in node swtpm tpm2_quote sha256sum; do
  command -v "$tool" >/dev/null || { echo "error: $tool is not installed" >&2; exit 2; }
done

# --- The machines ---------------------------------------------------------------------------------------------------

# A machine is a folder: its TPM, the log its kernel keeps, and the state of the agent that runs on it.
start_machine() { # <name>
  local folder="$work/$1"
  mkdir -p "$folder/tpm"
  swtpm socket --tpm2 --tpmstate "dir=$folder/tpm" --flags not-need-init,startup-clear \
    --server "type=unixio,path=$folder/socket" --ctrl "type=unixio,path=$folder/socket.ctrl" \
    >"$folder/swtpm.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 50); do on "$1" tpm2_getrandom 1 >/dev/null 2>&1 && break; sleep 0.1; done
  # The firmware measures itself and the boot loader, and the kernel begins its log with what it finds in PCRs 0 to 9.
  on "$1" tpm2_pcrextend "$(printf '%s:sha1=%040d,sha256=%064d' 0 1 1)" "$(printf '%s:sha1=%040d,sha256=%064d' 4 2 2)"
  on "$1" tpm2_pcrread sha256:0,1,2,3,4,5,6,7,8,9 -o "$folder/boot-pcrs" >/dev/null
  sha256sum <"$folder/boot-pcrs" | sed 's/-$/boot_aggregate/' | measure "$1"
}

on() { TPM2TOOLS_TCTI="swtpm:path=$work/$1/socket" "${@:2}"; } # <name> <command…>

# Does what the kernel does for each file: one more line in the log, and PCR 10 extended with its hash.
measure() { # <name>, with lines of sha256sum on standard input
  node "$root/examples/ima-log.mjs" "$work/$1/ima.log" | on "$1" xargs -n 500 tpm2_pcrextend
}

# Enrolls the machine at first, and attests. Answers the exit code in $code and what was printed in $output.
attest() { # <name>
  code=0
  output=$(on "$1" node "$root/bin/bailiwick.mjs" agent run --once --key "$key" --token-file "$work/$1/token" \
    --state-dir "$work/$1/agent" --ima-log "$work/$1/ima.log" 2>&1) || code=$?
  sed 's/^/   | /' <<<"$output" | cut -c 1-250
}

# --- The server -----------------------------------------------------------------------------------------------------

if [[ -z ${BAILIWICK_SERVER:-} ]]; then
  step "Starting a server in $work"
  port=$(node -e 'const s = net.createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
  BAILIWICK_DATA_DIR="$work/data" BAILIWICK_PORT=$port BAILIWICK_AGENT_TOKEN_LIFETIME="PT${agent_token_seconds}S" \
    node "$root/bin/bailiwick.mjs" serve >"$work/server.log" 2>&1 &
  pids+=($!)
  export BAILIWICK_SERVER="http://127.0.0.1:$port" BAILIWICK_HOME="$work/home"
  is_ready() { node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "$BAILIWICK_SERVER/readyz"; }
  for _ in $(seq 100); do is_ready && break; sleep 0.2; done
  is_ready || fail "the server does not start: $(cat "$work/server.log")"
  is_ours=yes

  step 'Logging in as the administrator, for the project default'
  (umask 077 && head -c 18 /dev/urandom | base64 >"$work/password")
  bailiwick login --user admin --project default --password-file "$work/data.admin-password" \
    --new-password-file "$work/password"
fi
expect 'scope' "$(bailiwick whoami -o json | field scope.type)" PROJECT

# --- The story ------------------------------------------------------------------------------------------------------

step 'Hashing files of this machine'
find /usr/bin /usr/sbin /usr/lib /usr/share -xdev -type f -readable -size -256k -regex '[A-Za-z0-9/._+-]*' 2>/dev/null |
  LC_ALL=C sort | awk 'NR <= 6000' | tr '\n' '\0' | xargs -0 sha256sum >"$work/files"
count=$(wc -l <"$work/files")
((count >= 2000)) || fail "only $count files found"
echo "   $count files"

step 'Creating an allowlist of them'
bailiwick allowlist lint "$work/files"
bailiwick allowlist create "files-$run" --ima-policy "$work/files" -o name
expect 'paths listed' "$(bailiwick allowlist show "files-$run" -o json | field currentRevision.imaPolicyPathCount)" "$count"
bailiwick allowlist show "files-$run" --content | cmp - "$work/files" || fail 'the list is not kept as it was given'

step 'A machine boots and runs these files'
start_machine one
measure one <"$work/files"
echo "   PCR 10 is $(on one tpm2_pcrread sha256:10 | awk '/10:/ { print $NF }')"

step 'It is created as an agent, enrolls with its TPM and attests'
bailiwick agent create "one-$run" --allowlist "files-$run" --token-file "$work/one/token" -o name
expect 'state' "$(state_of "one-$run")" CREATED
attest one
expect 'exit code' "$code" 0
expect_in "ACCEPTED: $((count + 1)) IMA entries attested" "$output"
expect 'state' "$(state_of "one-$run")" TRUSTED

step 'It attests again, and sends only what is new'
attest one
expect 'exit code' "$code" 0
expect_in "0 bytes of the IMA log from entry $((count + 1)) on" "$output"

step 'Somebody changes a file, and it runs'
changed=$(awk 'NR == 1000 { print $2 }' "$work/files")
before=$(awk 'NR == 1000 { print $1 }' "$work/files")
after=$({ cat "$changed"; echo 'evil'; } | sha256sum | cut -d' ' -f1)
printf '%s  %s\n' "$after" "$changed" >"$work/changed"
measure one <"$work/changed"
attest one
expect 'exit code' "$code" 1
expect_in 'REJECTED' "$output"
expect_in "IMA_DIGEST_MISMATCH at entry $((count + 1)) $changed: expected sha256:$before, got sha256:$after" "$output"
expect 'state' "$(state_of "one-$run")" FAILED

step 'It turns out to have been an update: a list with both digests is published, and the agent reset'
node "$root/examples/merge-lists.mjs" "$work/files" "$work/changed" >"$work/policy.json"
bailiwick allowlist publish "files-$run" --ima-policy "$work/policy.json" -o name
expect 'revision' "$(bailiwick allowlist show "files-$run" -o json | field currentRevision.number)" 2
bailiwick agent reset "one-$run" --reason 'update of the example' -o name
expect 'state' "$(state_of "one-$run")" PENDING
attest one
expect 'exit code' "$code" 0
expect 'state' "$(state_of "one-$run")" TRUSTED

step 'A second machine is judged by the same list'
start_machine two
measure two <"$work/files"
bailiwick agent create "two-$run" --allowlist "files-$run" --token-file "$work/two/token" -o name
attest two
expect 'exit code' "$code" 0
expect 'state' "$(state_of "two-$run")" TRUSTED
code=0; output=$(bailiwick allowlist delete "files-$run" --yes 2>&1) || code=$?
expect 'exit code of deleting a list in use' "$code" 1
expect_in 'IN_USE' "$output"

if [[ ${is_ours:-no} == yes ]]; then
  step "After $agent_token_seconds seconds its token does not count any more; the machine comes back by itself"
  sleep $((agent_token_seconds + 1))
  attest two
  expect 'exit code' "$code" 0
  expect_in 'logging in with a quote' "$output"
  expect 'state' "$(state_of "two-$run")" TRUSTED
fi

step "All is well with $key keys, in $SECONDS seconds"
