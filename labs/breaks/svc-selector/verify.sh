#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
no() {
	echo "$*"
	exit 1
}

ip=$(k -n shop get service shop -o jsonpath='{.spec.clusterIP}')
[ -n "$ip" ] || no 'There is no service shop in the namespace shop.'
[ -n "$(curl -s -m 15 "http://$ip/")" ] || no "The service shop does not answer: curl http://$ip/"
