#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
port=$(k -n shop get service hello -o jsonpath='{.spec.ports[0].nodePort}' 2>/dev/null)
[ "$port" = 30080 ] || no "the Service hello has the node port ${port:-none}; wanted: 30080"
for node in 192.168.31.62 192.168.31.64; do
	said=$(curl -s --max-time 10 "http://$node:30080/") || no "http://$node:30080/ does not answer"
	[[ "$said" == hello-* ]] || no "http://$node:30080/ answers, but not from a pod of hello: $said"
done
