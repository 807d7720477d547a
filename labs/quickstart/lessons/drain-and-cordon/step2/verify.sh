#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
left=$(k -n shift get pods --no-headers --field-selector spec.nodeName=k8s-node03 2>/dev/null) ||
	no "the API server does not answer"
[ -z "$left" ] || no "still on k8s-node03: $left"
ready=$(k -n shift get deployment calm -o jsonpath='{.status.readyReplicas}')
[ "${ready:-0}" = 2 ] || no "${ready:-0} of 2 pods of calm are ready"
