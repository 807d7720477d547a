#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
said=$(k get node k8s-node03 -o jsonpath='{range .spec.taints[*]}{.key}={.value}:{.effect} {end}')
[[ " $said" == *" team=red:NoSchedule "* ]] || no "k8s-node03 has no taint team=red:NoSchedule; it has: ${said:-none}"
said=$(k -n place get pod red -o jsonpath='{.spec.nodeName} {.status.phase}' 2>/dev/null) ||
	no "there is no pod red in the namespace place"
[ "$said" = "k8s-node03 Running" ] || no "the pod red: $said; wanted: k8s-node03 Running"
