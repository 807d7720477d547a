#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
ready=$(k -n shop get deployment hello -o jsonpath='{.status.readyReplicas}' 2>/dev/null) ||
	no "there is no Deployment hello in the namespace shop"
[ "${ready:-0}" = 3 ] || no "of the Deployment hello ${ready:-0} pods are ready; wanted: 3"
