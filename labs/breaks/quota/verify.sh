#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

hard=$(k -n hotel get resourcequota agreed -o jsonpath='{.spec.hard.requests\.cpu} {.spec.hard.requests\.memory}')
[ "$hard" = '400m 256Mi' ] ||
	no 'What the namespace hotel may use is not as agreed.'
[ "$(k -n hotel get deployment rooms -o jsonpath='{.spec.replicas}')" = 2 ] ||
	no 'The deployment rooms is not asked to have two pods.'
rolled hotel deployment/rooms || no 'The two pods of the deployment rooms in the namespace hotel do not both run yet.'
