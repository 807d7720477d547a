#!/bin/bash
# Breaks: the API server asks for more CPUs than the node has.
set -euo pipefail

# Twice what there is.
want=$(($(nproc) * 2000))m
file=/etc/kubernetes/manifests/kube-apiserver.yaml kept=/var/lib/klab/lesson/kept/api-cpu
if ! grep -qF -- "cpu: $want" "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	new=$(sed -E "s/^( *cpu:) .*/\1 $want/" "$file")
	[[ $new == *"cpu: $want"* ]] || {
		echo "$file: not as expected, nothing changed"
		exit 1
	}
	# In one write: kubelet looks at every file of this folder, also at one that sed -i would make.
	printf '%s\n' "$new" >"$file"
fi
