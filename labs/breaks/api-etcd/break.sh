#!/bin/bash
# Breaks: the API server asks etcd at the wrong port.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-apiserver.yaml kept=/var/lib/klab/lesson/kept/api-etcd
if ! grep -qF -- '--etcd-servers=https://127.0.0.1:2380' "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	new=$(sed 's#\(--etcd-servers=https://127.0.0.1:\)2379#\12380#' "$file")
	[[ $new == *'--etcd-servers=https://127.0.0.1:2380'* ]] || {
		echo "$file: not as expected, nothing changed"
		exit 1
	}
	# In one write: kubelet looks at every file of this folder, also at one that sed -i would make.
	printf '%s\n' "$new" >"$file"
fi
