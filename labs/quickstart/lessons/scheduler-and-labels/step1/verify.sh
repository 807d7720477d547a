#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
[ "$(k get node k8s-node02 -o jsonpath='{.metadata.labels.disk}')" = ssd ] || no "k8s-node02 has no label disk=ssd"
pod='{.spec.nodeName} {.spec.nodeSelector.disk} {.status.phase}'
said=$(k -n place get pod fast -o jsonpath="$pod" 2>/dev/null) || no "there is no pod fast in the namespace place"
[ "$said" = "k8s-node02 ssd Running" ] ||
	no "the pod fast (node, nodeSelector disk, state): $said; wanted: k8s-node02 ssd Running"
