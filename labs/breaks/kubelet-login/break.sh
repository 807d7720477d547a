#!/bin/bash
# Breaks: a worker's /etc/kubernetes/kubelet.conf is gone.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node03 bash -s <<'SH'
set -euo pipefail
file=/etc/kubernetes/kubelet.conf kept=/var/lib/klab/lesson/kept/kubelet-login
if [ -e "$file" ]; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	mv "$file" "$kept/"
fi
systemctl restart kubelet
SH
# Until the cluster has seen it.
kubectl wait --for=condition=Ready=Unknown node/k8s-node03 --timeout=300s || true
