#!/bin/bash
# Breaks: the addresses in a worker's /etc/hosts are one too high, as in the course's text.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node02 bash -s <<'SH'
set -euo pipefail
file=/etc/hosts kept=/var/lib/klab/lesson/kept/hosts-shift
if ! grep -q '^192.168.31.62[[:space:]]*k8s-master01' "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	new=$(awk '$1 ~ /^192\.168\.31\./ && $2 ~ /^k8s-(master|node)0[1-9]$/ {
		split($1, part, ".")
		$1 = part[1] "." part[2] "." part[3] "." (part[4] + 1)
	}
	{ print }' "$file")
	printf '%s\n' "$new" >"$file"
	grep -q '^192.168.31.62[[:space:]]*k8s-master01' "$file" || {
		echo "$file: not as expected, nothing changed"
		exit 1
	}
fi
SH
