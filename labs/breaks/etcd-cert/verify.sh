#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
no() {
	echo "$*"
	exit 1
}

[[ $(curl -s -m 15 http://127.0.0.1:2381/health) == *true* ]] ||
	no 'The API server cannot read or write what the cluster has.'
[ "$(curl -sk -m 15 https://127.0.0.1:6443/healthz)" = ok ] || no 'The API server does not answer, or is not healthy.'
k get nodes >/dev/null || no 'The API server answers, but kubectl get nodes fails.'
