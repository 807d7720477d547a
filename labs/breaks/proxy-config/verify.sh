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

ip=$(k -n post get service stamps -o jsonpath='{.spec.clusterIP}')
[ -n "$ip" ] || no 'There is no service stamps in the namespace post.'
[ -n "$(curl -s -m 15 "http://$ip/")" ] || no "The service stamps does not answer: curl http://$ip/"
rolled kube-system daemonset/kube-proxy || no 'The service answers here; not yet on all nodes, or not lastingly.'
