#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
no() {
	echo "$*"
	exit 1
}

for port in 6443 10257 10259; do
	[ "$(curl -sk -m 15 "https://127.0.0.1:$port/healthz")" = ok ] ||
		no 'Not all of the control plane runs and is healthy yet.'
done
k get nodes >/dev/null || no 'The API server answers, but kubectl get nodes fails.'
