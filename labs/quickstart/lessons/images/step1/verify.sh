#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /data/needed.txt ] || no "/data/needed.txt is not there, or empty"
for image in kube-apiserver:v1.23.17 kube-controller-manager:v1.23.17 kube-scheduler:v1.23.17 kube-proxy:v1.23.17 \
	pause:3.6 etcd:3.5.6-0 coredns/coredns:v1.8.6; do
	grep -qxF "registry.k8s.io/$image" /data/needed.txt || no "/data/needed.txt has no line registry.k8s.io/$image"
done
