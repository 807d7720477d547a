#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
label=$(k -n shop get pod first -o jsonpath='{.metadata.labels.app}' 2>/dev/null) ||
	no "there is no pod first in the namespace shop"
[ "$label" = first ] || no "the pod first has no label app=first"
address=$(k -n shop get pod first -o jsonpath='{.status.podIP}')
curl -s --max-time 10 -o /dev/null "http://${address:-0.0.0.0}:8080/" ||
	no "the pod first does not answer on port 8080 yet"
