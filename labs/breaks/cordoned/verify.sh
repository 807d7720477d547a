#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

rolled news deployment/front || no 'The two pods of the deployment front in the namespace news do not both run yet.'
seen=$(k get nodes -o jsonpath='{.items[*].metadata.name} {.items[*].spec.unschedulable}')
[[ $seen == *k8s-node* && $seen != *true* ]] || no 'The pods run, but not every node takes pods.'
