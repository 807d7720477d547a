#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
on() { timeout 40 ssh -n -o BatchMode=yes -o ConnectTimeout=15 "$@" 2>/dev/null; }
no() {
	echo "$*"
	exit 1
}

read -r at ip < <(k -n cinema get pods -l app=video --field-selector=status.phase=Running \
	-o jsonpath='{.items[0].spec.nodeName} {.items[0].status.podIP}{"\n"}')
[ "$at" = k8s-node03 ] || no 'The pod of the deployment video in the namespace cinema does not run on k8s-node03.'
[ -n "$(curl -s -m 15 "http://$ip:8080/")" ] ||
	no "The pod video on k8s-node03 does not answer from here: curl http://$ip:8080/"
rules=$(on node03 iptables -w 10 -S FORWARD)
[[ $rules == *'-P FORWARD'* ]] || no 'k8s-node03 does not answer.'
! grep -q -- '10[.]81[.].* -j DROP' <<<"$rules" ||
	no 'k8s-node03 still does not let everything through to pods.'
