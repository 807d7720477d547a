#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

[ -n "$(k -n chat get deployment room -o jsonpath='{.spec.template.spec.containers[0].livenessProbe}')" ] ||
	no 'Nobody asks the program in the pods of room any more whether it is alive.'
rolled chat deployment/room || no 'The pods of the deployment room in the namespace chat are not all well yet.'
list=$(k -n chat get pods -l app=room -o jsonpath='{range .items[*].status.containerStatuses[0]}'\
'{.restartCount} {.state.running.startedAt}{"\n"}{end}')
[ -n "$list" ] || no 'The deployment room in the namespace chat has no pods.'
# The fault showed within half a minute.
while read -r count since; do
	[ "$count" = 0 ] || no 'A pod of the deployment room was restarted.'
	[ $(($(date +%s) - $(date -d "${since:-now}" +%s))) -ge 60 ] ||
		no 'A pod of the deployment room runs for less than a minute; let us see whether it stays.'
done <<<"$list"
