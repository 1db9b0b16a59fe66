#!/usr/bin/env bash
# A machine for examples: a software TPM, and the log that a kernel would keep.
#
#   examples/software-machine.sh start FOLDER FILES   boots it, and measures the files of FILES (lines of sha256sum)
#   examples/software-machine.sh run FOLDER COMMAND…  runs a command that uses its TPM
#   examples/software-machine.sh stop FOLDER          ends its TPM
#
# It needs swtpm and tpm2-tools (Debian: apt-get install swtpm tpm2-tools).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
verb=${1:?start, run or stop}
folder=${2:?a folder}
shift 2
export TPM2TOOLS_TCTI="swtpm:path=$folder/socket"

# Does what the kernel does for each file: one more line in the log, and PCR 10 extended with its hash.
measure() { node "$here/ima-log.mjs" "$folder/ima.log" | xargs -n 500 tpm2_pcrextend; }

case $verb in
start)
  mkdir -p "$folder/tpm"
  swtpm socket --tpm2 --daemon --pid "file=$folder/swtpm.pid" --tpmstate "dir=$folder/tpm" \
    --flags not-need-init,startup-clear \
    --server "type=unixio,path=$folder/socket" --ctrl "type=unixio,path=$folder/socket.ctrl"
  for _ in $(seq 50); do tpm2_getrandom 1 > /dev/null 2>&1 && break; sleep 0.1; done
  # The firmware measures itself and the boot loader, and the kernel begins its log with what it finds in PCRs 0 to 9.
  tpm2_pcrextend "$(printf '%s:sha1=%040d,sha256=%064d' 0 1 1)" "$(printf '%s:sha1=%040d,sha256=%064d' 4 2 2)"
  tpm2_pcrread sha256:0,1,2,3,4,5,6,7,8,9 -o "$folder/boot-pcrs" > /dev/null
  sha256sum < "$folder/boot-pcrs" | sed 's/-$/boot_aggregate/' | measure
  measure < "${1:?a list of files}"
  ;;
run) exec "$@" ;;
stop) kill "$(cat "$folder/swtpm.pid")" ;;
*)
  echo "usage: $0 start|run|stop FOLDER …" >&2
  exit 2
  ;;
esac
