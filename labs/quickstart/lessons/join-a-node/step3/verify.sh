#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
line=$(k get node k8s-node03 --no-headers 2>&1) || no "$line"
read -r _ status roles _ <<<"$line"
[[ ",$status," == *,Ready,* ]] || no "k8s-node03 is $status"
[[ ",$roles," == *,worker,* ]] || no "k8s-node03 has the role $roles; wanted: worker"
! k -n kube-system get secret bootstrap-token-klab03 >/dev/null 2>&1 || no "the token klab03 is still there"
