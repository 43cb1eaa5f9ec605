#!/bin/sh
# Measures the green pool beside gevent, eventlet and a prefork pool, on Linux,
# and prints a table. It makes a temporary virtual environment, which needs pip
# and a package index. CPU times are those of processes, so a busy machine
# disturbs them less than it does the clock; feeds per second are by the clock.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM

${PYTHON:-python3} -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check gevent==26.9.0 eventlet==0.41.3 greenlet==3.5.6
go build -o "$work/bench" .
py="$work/venv/bin/python bench.py"
go="$work/bench"
ulimit -n "$(ulimit -Hn)"

# start NAME COMMAND...: starts a server; $server is its process, $addr its address.
start() {
	"$@" >"$work/addr" &
	server=$!
	while ! test -s "$work/addr"; do sleep 0.1; done
	addr=$(cat "$work/addr")
}
stop() {
	kill "$server"
	wait "$server" 2>/dev/null || true
	server=
	rm -f "$work/addr"
}

row() { printf '%-44s %12s %12s %12s %12s\n' "$@"; }
row "" green gevent eventlet "8 processes"

for n in 10 1000; do
	row "CPU ns a switch, $n tasks" "$($go switch -n $n -total 1000000)" \
		"$($py gevent switch $n 200000)" "$($py eventlet switch $n 100000)" -
done
row "bytes a sleeping task, 100,000 tasks" "$($go sleepers -n 100000)" \
	"$($py gevent sleepers 100000)" "$($py eventlet sleepers 100000)" -

for side in green gevent eventlet; do
	case $side in green) start $go echo ;; *) start $py $side echo ;; esac
	eval "$side='$($go load -addr "$addr" -pid $server -n 1000 -total 200000)'"
	stop
done
row "echo, 1,000 connections: CPU µs a request" ${green%% *} ${gevent%% *} ${eventlet%% *} -
for side in green gevent eventlet; do eval "set -- \$$side; mem_$side=\$2"; done
row "                         MB of memory" $mem_green $mem_gevent $mem_eventlet -

conns=$(($(ulimit -n) - 50))
test $conns -le 20000 || conns=20000
start $go echo
set -- $($go load -addr "$addr" -pid $server -n $conns -total $conns)
stop
row "echo, open connections" "$3" - - -
row "                         MB of memory" "$2" - - -

for delay in 0 100; do
	start $go feeds -delay ${delay}ms
	green=$($go hub -n 5000 -addr "$addr")
	gevent=$($py gevent hub 5000 "$addr")
	eventlet=$($py eventlet hub 5000 "$addr")
	prefork=$($py prefork hub 800 "$addr")
	stop
	row "feeds, answered after $delay ms: feeds/s" ${green% *} ${gevent% *} ${eventlet% *} ${prefork% *}
	row "                         CPU ms a feed" ${green#* } ${gevent#* } ${eventlet#* } ${prefork#* }
done
