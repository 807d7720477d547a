#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /data/needed.txt ] || no "/data/needed.txt is not there, or empty"
for image in kube-apiserver:v1.20.2 kube-controller-manager:v1.20.2 kube-scheduler:v1.20.2 kube-proxy:v1.20.2 \
	pause:3.2 etcd:3.4.13-0 coredns:1.7.0; do
	grep -qxF "k8s.gcr.io/$image" /data/needed.txt || no "/data/needed.txt has no line k8s.gcr.io/$image"
done
