#!/bin/bash
# The port at which etcd answers clients.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-apiserver.yaml
new=$(sed 's#\(--etcd-servers=https://127.0.0.1:\)2380#\12379#' "$file")
[[ $new == *'--etcd-servers=https://127.0.0.1:2379'* ]] || {
	echo "$file: not as expected, nothing changed"
	exit 1
}
printf '%s\n' "$new" >"$file"
