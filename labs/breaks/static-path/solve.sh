#!/bin/bash
# The folder that kubeadm writes its manifests to.
set -euo pipefail

file=/var/lib/kubelet/config.yaml
sed -i 's#^staticPodPath:.*#staticPodPath: /etc/kubernetes/manifests#' "$file"
grep -q '^staticPodPath: /etc/kubernetes/manifests$' "$file" || {
	echo "$file: not as expected"
	exit 1
}
systemctl restart kubelet
