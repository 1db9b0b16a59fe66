#!/usr/bin/env bash
# A temporary Postgres cluster for tests. `start` prints shell assignments for eval, and takes options of the server, such
# as `-c fsync=off`; `stop FOLDER` stops and removes it.
# initdb and postgres refuse to run as root, so root runs them as the user postgres.
set -euo pipefail

bin=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)")
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

case "${1:-}" in
  start)
    folder=$(mktemp -d /tmp/bailiwick-pg.XXXXXX)
    if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
    port=$(node -e "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})")
    cd /
    as "$bin/initdb" -D "$folder/data" -U bailiwick -A trust -E UTF8 > "$folder.log" 2>&1
    as "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/server.log" \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder ${*:2}" start >> "$folder.log" 2>&1
    echo "export TEST_DATABASE_URL=postgres://bailiwick@127.0.0.1:$port/postgres"
    echo "export TEST_CLUSTER=$folder"
    ;;
  stop)
    cd /
    as "$bin/pg_ctl" -D "$2/data" -m immediate stop > /dev/null || true
    rm -rf "$2" "$2.log"
    ;;
  *)
    echo 'usage: postgres.sh start [OPTION…] | stop FOLDER' >&2
    exit 2
    ;;
esac
