#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
on() { timeout 40 ssh -n -o BatchMode=yes -o ConnectTimeout=15 "$@" 2>/dev/null; }
ready() { [ "$(k get node "$1" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = True ]; }
no() {
	echo "$*"
	exit 1
}

[ "$(on node02 systemctl is-active kubelet)" = active ] || no 'k8s-node02 is not a working node yet.'
ready k8s-node02 || no 'k8s-node02 is not Ready yet.'
