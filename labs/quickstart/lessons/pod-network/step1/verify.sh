#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
[ -s /root/pod-range.txt ] || no "/root/pod-range.txt is not there, or empty"
want=$(k get blockaffinities -o jsonpath='{.items[?(@.spec.node=="k8s-master01")].spec.cidr}') ||
	no "the API server does not answer"
[ -n "$want" ] || no "k8s-master01 has no block yet: kubectl get blockaffinities"
for cidr in $want; do
	! grep -qF "$cidr" /root/pod-range.txt || exit 0
done
no "/root/pod-range.txt says $(head -c 100 /root/pod-range.txt); look at the block affinities"
