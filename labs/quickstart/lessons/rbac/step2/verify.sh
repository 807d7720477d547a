#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
[ -s /root/viewer.conf ] || no "/root/viewer.conf is not there, or empty"
said=$(k --kubeconfig=/root/viewer.conf -n team get pods 2>&1) || no "with /root/viewer.conf: $said"
said=$(k --kubeconfig=/root/viewer.conf -n team get secrets 2>&1) &&
	no "with /root/viewer.conf one may list secrets: that is not viewer"
[[ "$said" == *system:serviceaccount:team:viewer* ]] || no "with /root/viewer.conf: $said"
