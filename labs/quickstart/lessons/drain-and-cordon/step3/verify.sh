#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
closed=$(k get node k8s-node03 -o jsonpath='{.spec.unschedulable}') || no "there is no node k8s-node03"
[ "$closed" != true ] || no "k8s-node03 still takes no pods"
