#!/bin/bash
# Breaks: docker has another cgroup driver than kubelet.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node03 bash -s <<'SH'
set -euo pipefail
file=/etc/docker/daemon.json kept=/var/lib/klab/lesson/kept/docker-cgroup
if ! grep -q 'native.cgroupdriver=cgroupfs' "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	sed -i 's/native.cgroupdriver=systemd/native.cgroupdriver=cgroupfs/' "$file"
	grep -q 'native.cgroupdriver=cgroupfs' "$file" || {
		echo "$file: not as expected, nothing changed"
		exit 1
	}
fi
systemctl restart docker
systemctl restart kubelet
SH
# Until the cluster has seen it.
kubectl wait --for=condition=Ready=Unknown node/k8s-node03 --timeout=300s || true
