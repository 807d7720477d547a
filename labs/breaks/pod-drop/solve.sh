#!/bin/bash
# The rule is deleted.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node03 bash -s <<'SH'
set -euo pipefail
while iptables -w 30 -C FORWARD -d 10.81.0.0/16 -j DROP 2>/dev/null; do
	iptables -w 30 -D FORWARD -d 10.81.0.0/16 -j DROP
done
SH
