#!/bin/bash
# Each name with the address of the table (2.1).
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node02 bash -s <<'SH'
set -euo pipefail
file=/etc/hosts
while read -r ip name; do
	new=$(sed "s/^192\.168\.31\.[0-9]*\([[:space:]]*$name\)$/$ip\1/" "$file")
	printf '%s\n' "$new" >"$file"
	grep -q "^$ip[[:space:]]*$name$" "$file" || {
		echo "$file: no line for $name"
		exit 1
	}
done <<'TABLE'
192.168.31.61 k8s-master01
192.168.31.62 k8s-node01
192.168.31.63 k8s-node02
192.168.31.64 k8s-node03
TABLE
SH
