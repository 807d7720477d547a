#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

rolled wiki deployment/pages || no 'The pod of the deployment pages in the namespace wiki does not run yet.'
[ "$(curl -sk -m 15 https://127.0.0.1:10259/healthz)" = ok ] ||
	no 'The pod runs, but not everything of the control plane is healthy.'
