#!/bin/bash
# The CA that kubeadm join brought.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node02 bash -s <<'SH'
set -euo pipefail
file=/var/lib/kubelet/config.yaml
sed -i 's#^\( *clientCAFile:\).*#\1 /etc/kubernetes/pki/ca.crt#' "$file"
grep -q '^ *clientCAFile: /etc/kubernetes/pki/ca.crt$' "$file" || {
	echo "$file: not as expected"
	exit 1
}
systemctl restart kubelet
SH
