#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
said=$(k get pv disk1 -o jsonpath='{.spec.capacity.storage} {.spec.storageClassName} {.spec.hostPath.path} {.spec.nodeAffinity.required.nodeSelectorTerms[*].matchExpressions[*].values}' 2>/dev/null) ||
	no "there is no PersistentVolume disk1"
read -r size class path node <<<"$said"
[ "$size" = 1Gi ] || no "disk1 has $size; wanted: 1Gi"
[ "$class" = manual ] || no "disk1 has the class $class; wanted: manual"
[ "$path" = /srv/disk1 ] || no "disk1 has the folder $path; wanted: /srv/disk1"
[[ "$node" == *k8s-node01* ]] || no "disk1 does not say that it is on k8s-node01 (nodeAffinity)"
