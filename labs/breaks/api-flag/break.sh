#!/bin/bash
# Breaks: a flag of kube-apiserver that it does not know.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-apiserver.yaml kept=/var/lib/klab/lesson/kept/api-flag
if ! grep -qF -- '--enable-admision-plugins=' "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	new=$(sed 's/--enable-admission-plugins=/--enable-admision-plugins=/' "$file")
	[[ $new == *'--enable-admision-plugins='* ]] || {
		echo "$file: not as expected, nothing changed"
		exit 1
	}
	# In one write: kubelet looks at every file of this folder, also at one that sed -i would make.
	printf '%s\n' "$new" >"$file"
fi
