#!/bin/bash
# The path of the kubeconfig that is there.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-controller-manager.yaml
new=$(sed 's#- --kubeconfig=.*#- --kubeconfig=/etc/kubernetes/controller-manager.conf#' "$file")
[[ $new == *'--kubeconfig=/etc/kubernetes/controller-manager.conf'* ]] || {
	echo "$file: not as expected, nothing changed"
	exit 1
}
printf '%s\n' "$new" >"$file"
