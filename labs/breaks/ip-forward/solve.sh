#!/bin/bash
# Forwarding on, now and after the next start.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node01 bash -s <<'SH'
set -euo pipefail
rm -f /etc/sysctl.d/99-hardening.conf
sysctl --system >/dev/null || true
[ "$(sysctl -n net.ipv4.ip_forward)" = 1 ] || sysctl -qw net.ipv4.ip_forward=1
SH
