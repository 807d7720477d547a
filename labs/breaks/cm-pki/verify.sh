#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

[ "$(k -n mail get deployment inbox -o jsonpath='{.spec.replicas}')" = 3 ] ||
	no 'The deployment inbox in the namespace mail is not asked to have three pods.'
rolled mail deployment/inbox || no 'The deployment inbox in the namespace mail does not have its three pods yet.'
[ "$(curl -sk -m 15 https://127.0.0.1:10257/healthz)" = ok ] ||
	no 'The pods run, but not everything of the control plane is healthy.'
