#!/bin/bash
# Breaks: kubelet is told a CA that is not there.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node02 bash -s <<'SH'
set -euo pipefail
file=/var/lib/kubelet/config.yaml kept=/var/lib/klab/lesson/kept/kubelet-ca
if ! grep -q '^ *clientCAFile: /etc/kubernetes/pki/client-ca.crt$' "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	sed -i 's#^\( *clientCAFile:\).*#\1 /etc/kubernetes/pki/client-ca.crt#' "$file"
	grep -q '^ *clientCAFile: /etc/kubernetes/pki/client-ca.crt$' "$file" || {
		echo "$file: not as expected, nothing changed"
		exit 1
	}
fi
systemctl restart kubelet
SH
# Until the cluster has seen it.
kubectl wait --for=condition=Ready=Unknown node/k8s-node02 --timeout=300s || true
