#!/bin/bash
# The path of the kubeconfig that is there.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-scheduler.yaml
new=$(sed 's#--authentication-kubeconfig=.*#--authentication-kubeconfig=/etc/kubernetes/scheduler.conf#' "$file")
[[ $new == *'--authentication-kubeconfig=/etc/kubernetes/scheduler.conf'* ]] || {
	echo "$file: not as expected, nothing changed"
	exit 1
}
printf '%s\n' "$new" >"$file"
