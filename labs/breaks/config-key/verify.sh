#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

rolled weather deployment/station || no 'The pod of the deployment station in the namespace weather does not run yet.'
[ "$(k -n weather get configmap settings -o jsonpath='{.data.town}')" = Hangzhou ] ||
	no 'The ConfigMap settings has lost something that others read.'
[[ $'\n'$(k -n weather exec deploy/station -- env) == *$'\n'CITY=[[:alpha:]]* ]] ||
	no 'The pod runs, and CITY is not set in it.'
