#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
on() { timeout 40 ssh -n -o BatchMode=yes -o ConnectTimeout=15 "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

rolled clinic deployment/scan || no 'The pod of the deployment scan in the namespace clinic does not run yet.'
[ "$(k -n clinic get pods -l app=scan -o jsonpath='{.items[0].spec.nodeName}')" = k8s-node03 ] ||
	no 'The pod scan does not run on k8s-node03.'
[[ $(k get node k8s-node03 -o jsonpath='{.metadata.name} {.spec.taints[*].effect}') == 'k8s-node03 ' ]] ||
	no 'The pod scan runs on k8s-node03; other pods would not.'
