#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
[ -s /root/pod-range.txt ] || no "/root/pod-range.txt is not there, or empty"
want=$(k get node k8s-master01 -o jsonpath='{.spec.podCIDR}') || no "the API server does not answer"
grep -qF "$want" /root/pod-range.txt ||
	no "/root/pod-range.txt says $(head -c 100 /root/pod-range.txt); look at the node's podCIDR"
