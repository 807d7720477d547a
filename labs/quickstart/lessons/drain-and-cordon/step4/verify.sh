#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
least=$(k -n shift get pdb calm -o jsonpath='{.spec.minAvailable}' 2>/dev/null) ||
	no "the budget calm is gone: keep it"
[ "$least" = 1 ] || no "the budget calm has minAvailable: ${least:-none}; wanted: 1"
left=$(k -n shift get pods --no-headers --field-selector spec.nodeName=k8s-node02 2>/dev/null) ||
	no "the API server does not answer"
[ -z "$left" ] || no "still on k8s-node02: $left"
ready=$(k -n shift get deployment calm -o jsonpath='{.status.readyReplicas}')
[ "${ready:-0}" = 2 ] || no "${ready:-0} of 2 pods of calm are ready"
closed=$(k get node k8s-node02 -o jsonpath='{.spec.unschedulable}')
[ "$closed" != true ] || no "k8s-node02 is empty, and still closed"
