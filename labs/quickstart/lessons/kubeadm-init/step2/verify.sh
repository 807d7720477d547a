#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /etc/kubernetes/manifests/kube-scheduler.yaml ] ||
	no "/etc/kubernetes/manifests/kube-scheduler.yaml is not there"
[ -n "$(docker ps -q --filter name=k8s_kube-scheduler_)" ] || no "no container of the scheduler runs yet: docker ps"
