#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# A PostgreSQL server of its own for tests: on loopback, in a folder, as a user other than root.
#   postgres.sh start FOLDER [PID [ADDRESSES]]
#       makes a cluster in FOLDER if there is none, starts it on a port that it keeps, and prints that port; it listens on
#       127.0.0.1 or on ADDRESSES; once process PID is gone it stops and FOLDER is removed
#   postgres.sh stop FOLDER [MODE]
#       stops it: fast (the default), smart, or immediate as in a crash
# Anybody may log in without a password, but the role `secret`, whose password is `open sesame`.
set -eu

order=$1
folder=$2
addresses=${4:-}
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

# As the user the server runs as.
as_owner() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

make() {
  mkdir -p "$folder"
  [ "$(id -u)" != 0 ] || chown postgres "$folder"
  as_owner "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
  {
    echo "listen_addresses = '${addresses:-127.0.0.1}'"
    echo "unix_socket_directories = ''"
    echo "max_connections = 200"
    echo "shared_buffers = 16MB"
    echo "fsync = off"
  } >>"$folder/data/postgresql.conf"
  { echo "host all secret all scram-sha-256"; echo "host all all all trust"; } >"$folder/data/pg_hba.conf"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

run() { # PORT
  (cd / && as_owner "$bin/pg_ctl" -D "$folder/data" -o "-p $1" -l "$folder/data/log" -w -t 60 start) >"$folder/log" 2>&1 </dev/null
}

stop() { # MODE
  (cd / && as_owner "$bin/pg_ctl" -D "$folder/data" -m "$1" -w -t 60 stop) >"$folder/log" 2>&1 </dev/null
}

case $order in
start)
  [ -d "$folder/data" ] || make
  if [ -f "$folder/port" ]; then
    run "$(cat "$folder/port")"
  else
    # Somebody else may take the port meanwhile.
    for tries in 1 2 3 4 5; do
      port=$(free_port)
      if run "$port"; then echo "$port" >"$folder/port" && break; fi
      [ "$tries" != 5 ] || { cat "$folder/log" "$folder/data/log" >&2; exit 1; }
    done
    as_owner "$bin/psql" -qX -h 127.0.0.1 -p "$port" -U postgres -c "CREATE ROLE secret LOGIN SUPERUSER PASSWORD 'open sesame'" postgres
    if [ -n "${3:-}" ]; then
      (
        while kill -0 "$3" 2>/dev/null; do sleep 1; done
        [ ! -d "$folder" ] || { stop immediate || true; rm -rf "$folder"; }
      ) >/dev/null 2>&1 </dev/null &
    fi
  fi
  cat "$folder/port"
  ;;
stop)
  stop "${3:-fast}"
  ;;
*)
  sed -n 's/^# \{0,1\}//; 4,8p' "$0" >&2
  exit 2
  ;;
esac
