#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
found=$(k -n shop get endpoints hello -o jsonpath='{.subsets[*].addresses[*].ip}') || no "there is no Service hello"
[ -n "$found" ] || no "the Service hello has no endpoints: no ready pod matches its selector"
said=$(curl -s --max-time 10 http://192.168.31.62:30080/) || no "http://192.168.31.62:30080/ does not answer yet"
[[ "$said" == hello-* ]] || no "the Service hello answers, but not from a pod of the Deployment hello: $said"
