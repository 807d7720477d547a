#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
ready=$(k -n kube-system get deployment coredns -o jsonpath='{.status.readyReplicas}') ||
	no "the API server does not answer"
[ "${ready:-0}" -ge 1 ] || no "no pod of the Deployment coredns (namespace kube-system) is ready"
k -n names exec client -- timeout 15 nslookup web.names.svc.cluster.local >/dev/null 2>&1 ||
	no "client finds no web.names.svc.cluster.local yet"
