#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
said=$(k get node k8s-node03 -o jsonpath='{range .spec.taints[*]}{.key}={.value}:{.effect} {end}') ||
	no "the API server does not answer"
[[ " $said" != *" team="* ]] || no "k8s-node03 still has the taint: $said"
for label in disk zone; do
	said=$(k get nodes -l "$label" -o name) || no "the API server does not answer"
	[ -z "$said" ] || no "the label $label is still on: $said"
done
