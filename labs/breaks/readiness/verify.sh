#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
ready() { [ "$(k get node "$1" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = True ]; }
no() {
	echo "$*"
	exit 1
}

[ -n "$(k -n train get deployment tickets -o jsonpath='{.spec.template.spec.containers[0].readinessProbe}')" ] ||
	no 'Nobody asks the pods of tickets any more whether they are ready.'
rolled train deployment/tickets ||
	no 'The two pods of the deployment tickets in the namespace train are not both ready yet.'
ip=$(k -n train get service tickets -o jsonpath='{.spec.clusterIP}')
[ -n "$ip" ] || no 'There is no service tickets in the namespace train.'
[ -n "$(curl -s -m 15 "http://$ip/")" ] || no "The service tickets does not answer: curl http://$ip/"
