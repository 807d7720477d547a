#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

rolled museum deployment/guide || no 'The pod of the deployment guide in the namespace museum does not run yet.'
