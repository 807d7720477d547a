#!/bin/bash
# The version that the other components have.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-scheduler.yaml
# The version that its neighbours have.
tag=$(sed -n 's#^ *image: .*/kube-apiserver:\(v[0-9.]*\)$#\1#p' /etc/kubernetes/manifests/kube-apiserver.yaml)
[ -n "$tag" ] || {
	echo 'the manifest of kube-apiserver names no version'
	exit 1
}
new=$(sed "s#^\( *image: .*/kube-scheduler:\).*#\1$tag#" "$file")
[[ $new == *"/kube-scheduler:$tag"* ]] || {
	echo "$file: not as expected, nothing changed"
	exit 1
}
printf '%s\n' "$new" >"$file"
