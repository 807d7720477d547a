#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
fields='{.spec.capacity.storage} {.spec.storageClassName} {.spec.hostPath.path}'
said=$(k get pv disk1 -o jsonpath="$fields" 2>/dev/null) ||
	no "there is no PersistentVolume disk1"
read -r size class path <<<"$said"
node=$(k get pv disk1 -o jsonpath='{.spec.nodeAffinity.required.nodeSelectorTerms[*].matchExpressions[*].values}')
[ "$size" = 1Gi ] || no "disk1 has $size; wanted: 1Gi"
[ "$class" = manual ] || no "disk1 has the class $class; wanted: manual"
[ "$path" = /srv/disk1 ] || no "disk1 has the folder $path; wanted: /srv/disk1"
[[ "$node" == *k8s-node01* ]] || no "disk1 does not say that it is on k8s-node01 (nodeAffinity)"
