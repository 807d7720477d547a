#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
pod='{.spec.nodeName} {.spec.nodeSelector.zone} {.status.phase}'
said=$(k -n place get pod lost -o jsonpath="$pod" 2>/dev/null) || no "there is no pod lost in the namespace place"
[ "$said" = "k8s-node01 west Running" ] ||
	no "the pod lost (node, nodeSelector zone, state): $said; wanted: k8s-node01 west Running"
