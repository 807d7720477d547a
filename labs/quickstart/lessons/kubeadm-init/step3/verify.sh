#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
[ -e "$HOME/.kube/config" ] || no "$HOME/.kube/config is not there"
[ -O "$HOME/.kube/config" ] || no "$HOME/.kube/config does not belong to $USER"
k get nodes >/dev/null || no "kubectl get nodes fails for $USER"
