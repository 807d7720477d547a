#!/bin/bash
# klab-run PHASE DIGEST: runs /usr/lib/klab/PHASE.sh once, under a lock, with its output in /var/log/klab/PHASE.log.
# The phase goes on if the connection (or klab) dies. The next klab-run of it waits for it and finds the mark.
set -euo pipefail

phase=$1 digest=$2
dir=/var/lib/klab mark=/var/lib/klab/done/$phase log=/var/log/klab/$phase.log
mkdir -p "$dir/done" /var/log/klab
touch "$log"

exec 9>"$dir/lock"
flock 9
if [ "$(cat "$mark" 2>/dev/null)" = "$digest" ]; then
	echo "$phase: already done"
	exit 0
fi
rm -f "$mark"

from=$(($(wc -l <"$log") + 1))
# Its own session, so no hang-up reaches it. It keeps fd 9 open, and so holds the lock as long as it runs.
# shellcheck disable=SC2016 # expanded by the inner shell
setsid bash -c 'set -a; . /etc/klab/env; set +a
	if bash -euo pipefail "/usr/lib/klab/$1.sh"; then echo "$2" >"$3"; else exit $?; fi' \
	phase "$phase" "$digest" "$mark" >>"$log" 2>&1 </dev/null &
child=$!
tail -n "+$from" -s 0.3 -F --pid="$child" "$log" 2>/dev/null || true
wait "$child"
