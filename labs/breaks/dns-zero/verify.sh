#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

[[ $(k -n kube-system get deployment coredns -o jsonpath='{.spec.replicas}') == [1-9]* ]] &&
	rolled kube-system deployment/coredns
healthy=$?
k -n press exec deploy/client -- timeout 10 nslookup kubernetes.default.svc.cluster.local >/dev/null ||
	no 'In the pod client in the namespace press the name kubernetes.default.svc.cluster.local does not resolve.'
[ "$healthy" = 0 ] || no 'Names resolve, but not everything that looks them up is well.'
