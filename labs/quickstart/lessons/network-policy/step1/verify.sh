#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
address=$(k -n wall get pod web -o jsonpath='{.status.podIP}') || no "there is no pod web in the namespace wall"
reaches() { [ "$(k -n wall exec "$1" -- timeout 8 wget -q -O - "http://$address:8080/" 2>/dev/null)" = web ]; }
k -n wall get networkpolicy closed >/dev/null 2>&1 || no "there is no NetworkPolicy closed in the namespace wall"
for pod in friend stranger; do
	! reaches "$pod" || no "$pod still reaches web (does this lab have Calico? flannel ignores policies)"
done
