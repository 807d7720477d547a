#!/bin/bash
# The volume of the certificates as it was.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-controller-manager.yaml
new=$(sed 's#^\( *path:\) /etc/kubernetes/pki-old$#\1 /etc/kubernetes/pki#' "$file")
[[ $new == *' path: /etc/kubernetes/pki'$'\n'* ]] || {
	echo "$file: not as expected, nothing changed"
	exit 1
}
printf '%s\n' "$new" >"$file"
# kubelet made it, empty.
rmdir /etc/kubernetes/pki-old 2>/dev/null || true
