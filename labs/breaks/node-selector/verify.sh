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

rolled studio deployment/render || no 'The pod of the deployment render in the namespace studio does not run yet.'
[ "$(k -n studio get pods -l app=render -o jsonpath='{.items[0].spec.nodeName}')" = k8s-node02 ] ||
	no 'The pod render does not run on k8s-node02.'
[ "$(k -n studio get deployment render -o jsonpath='{.spec.template.spec.nodeSelector.disk}')" = ssd ] ||
	no 'The pod runs, but its deployment is not as its makers want it.'
