#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
at() { k get pod "$1" -o jsonpath='{.spec.nodeName} {.status.podIP}' 2>/dev/null; }
read -r node address <<<"$(at net-a)"
[ "$node" = k8s-node01 ] || no "pod net-a is on ${node:-no node}; wanted: k8s-node01"
[ -n "$address" ] || no "pod net-a has no address yet"
read -r node _ <<<"$(at net-b)"
[ "$node" = k8s-node02 ] || no "pod net-b is on ${node:-no node}; wanted: k8s-node02"
said=$(k exec net-b -- timeout 10 wget -q -O - "http://$address:8080/" 2>&1)
[ "$said" = net-a ] || no "net-b asks http://$address:8080/ and gets: ${said:-no answer}"
