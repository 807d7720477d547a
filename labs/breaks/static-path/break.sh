#!/bin/bash
# Breaks: kubelet looks for static pods in a folder that is not there.
set -euo pipefail

file=/var/lib/kubelet/config.yaml kept=/var/lib/klab/lesson/kept/static-path
if ! grep -q '^staticPodPath: /etc/kubernetes/manifest$' "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	sed -i 's#^staticPodPath:.*#staticPodPath: /etc/kubernetes/manifest#' "$file"
	grep -q '^staticPodPath: /etc/kubernetes/manifest$' "$file" || {
		echo "$file: not as expected, nothing changed"
		exit 1
	}
fi
# It then ends the pods that it does not know any more.
systemctl restart kubelet
for _ in $(seq 60); do
	[ "$(curl -sk -m 15 https://127.0.0.1:6443/healthz)" = ok ] || break
	sleep 5
done
