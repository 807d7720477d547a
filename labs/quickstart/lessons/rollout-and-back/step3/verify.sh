#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
values=$(k -n roll get deployment site -o jsonpath='{.spec.replicas} {.status.readyReplicas}') ||
	no "there is no Deployment site"
read -r wanted ready <<<"$values"
[ "$wanted" = 4 ] || no "the Deployment site wants $wanted pods, not 4"
[ "${ready:-0}" = 4 ] || no "${ready:-0} of 4 pods are ready"
