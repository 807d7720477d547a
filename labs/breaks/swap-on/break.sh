#!/bin/bash
# Breaks: swap is on, in fstab too.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node01 bash -s <<'SH'
set -euo pipefail
file=/etc/fstab kept=/var/lib/klab/lesson/kept/swap-on
if [ ! -e /swapfile ]; then
	dd if=/dev/zero of=/swapfile bs=1M count=64 status=none
	chmod 0600 /swapfile
	mkswap /swapfile >/dev/null
fi
if ! grep -q '^/swapfile ' "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	echo '/swapfile none swap sw 0 0' >>"$file"
fi
grep -q '^/swapfile[[:space:]]' /proc/swaps || swapon /swapfile
systemctl restart kubelet
SH
# Until the cluster has seen it.
kubectl wait --for=condition=Ready=Unknown node/k8s-node01 --timeout=300s || true
