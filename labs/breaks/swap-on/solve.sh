#!/bin/bash
# Swap off, now and after the next start.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node01 bash -s <<'SH'
set -euo pipefail
swapoff -a
sed -i -E 's/^([^#].*[[:space:]]swap[[:space:]].*)$/#\1/' /etc/fstab
systemctl restart kubelet
SH
