#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
on() { timeout 40 ssh -n -o BatchMode=yes -o ConnectTimeout=15 "$@" 2>/dev/null; }
no() {
	echo "$*"
	exit 1
}

read -r at ip < <(k -n maps get pods -l app=tiles --field-selector=status.phase=Running \
	-o jsonpath='{.items[0].spec.nodeName} {.items[0].status.podIP}{"\n"}')
[ "$at" = k8s-node01 ] || no 'The pod of the deployment tiles in the namespace maps does not run on k8s-node01.'
[ -n "$(curl -s -m 15 "http://$ip:8080/")" ] ||
	no "The pod tiles on k8s-node01 does not answer from here: curl http://$ip:8080/"
[ "$(on node01 cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || no 'Pods on k8s-node01 do not reach the other nodes.'
off=$(on node01 "cat /etc/sysctl.d/*.conf /etc/sysctl.conf 2>/dev/null | grep -cE '^ *net.ipv4.ip_forward *= *0'")
[ "$off" = 0 ] ||
	no 'Pods on k8s-node01 can be reached now, but could not be after its next start.'
