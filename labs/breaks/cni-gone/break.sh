#!/bin/bash
# Breaks: /etc/cni/net.d is empty on a worker.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node02 bash -s <<'SH'
set -euo pipefail
kept=/var/lib/klab/lesson/kept/cni-gone
mkdir -p "$kept"
# For teachers: the files as they were.
for file in /etc/cni/net.d/*; do
	[ ! -e "$file" ] || mv "$file" "$kept/"
done
# It remembers what it has read.
systemctl restart kubelet
SH
# Until the cluster has seen it.
kubectl wait --for=condition=Ready=False node/k8s-node02 --timeout=300s || true
