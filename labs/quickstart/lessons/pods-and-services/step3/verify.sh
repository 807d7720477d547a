#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
address=$(k -n shop get service hello -o jsonpath='{.spec.clusterIP}' 2>/dev/null) ||
	no "there is no Service hello in the namespace shop"
said=$(curl -s --max-time 10 "http://$address:80/") || no "the Service hello ($address) does not answer on port 80"
[[ "$said" == hello-* ]] || no "the Service hello answers, but not from a pod of the Deployment hello: $said"
