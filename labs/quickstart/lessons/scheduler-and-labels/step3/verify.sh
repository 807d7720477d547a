#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
wanted=$(k -n place get deployment lost -o jsonpath='{.spec.template.spec.nodeSelector.zone}' 2>/dev/null) ||
	no "there is no deployment lost in the namespace place"
[ "$wanted" = west ] || no "the pods of lost ask for zone=$wanted; they must still ask for zone=west"
at=$(k -n place get pods -l app=lost --field-selector=status.phase=Running -o jsonpath='{.items[*].spec.nodeName}')
[ "$at" = k8s-node01 ] || no "a pod of lost runs on: ${at:-no node}; wanted: k8s-node01"
