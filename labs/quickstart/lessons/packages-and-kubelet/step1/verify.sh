#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /root/versions.txt ] || no "/root/versions.txt is not there, or empty"
for name in kubeadm kubelet kubectl; do
	grep -q "^$name v1\.23\.17$" /root/versions.txt || no "/root/versions.txt has no line: $name v1.23.17"
done
docker=$(timeout 50 docker version --format '{{.Server.Version}}')
grep -qF "docker $docker" /root/versions.txt || no "/root/versions.txt has no line: docker $docker"
