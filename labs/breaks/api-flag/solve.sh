#!/bin/bash
# The flag by its right name again.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-apiserver.yaml
new=$(sed 's/--enable-admision-plugins=/--enable-admission-plugins=/' "$file")
[[ $new == *'--enable-admission-plugins='* ]] || {
	echo "$file: not as expected, nothing changed"
	exit 1
}
printf '%s\n' "$new" >"$file"
