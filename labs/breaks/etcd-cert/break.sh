#!/bin/bash
# Breaks: etcd is told a certificate that is not there.
set -euo pipefail

file=/etc/kubernetes/manifests/etcd.yaml kept=/var/lib/klab/lesson/kept/etcd-cert
if ! grep -qF -- '- --cert-file=/etc/kubernetes/pki/etcd/sever.crt' "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	new=$(sed 's#- --cert-file=.*#- --cert-file=/etc/kubernetes/pki/etcd/sever.crt#' "$file")
	[[ $new == *'- --cert-file=/etc/kubernetes/pki/etcd/sever.crt'* ]] || {
		echo "$file: not as expected, nothing changed"
		exit 1
	}
	# In one write: kubelet looks at every file of this folder, also at one that sed -i would make.
	printf '%s\n' "$new" >"$file"
fi
