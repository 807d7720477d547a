#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
said=$(k -n kube-system get secret bootstrap-token-klab03 -o jsonpath='{.data.token-secret} {.data.expiration}' 2>&1) ||
	no "there is no token klab03: kubeadm token list"
[ "$(cut -d ' ' -f 1 <<<"$said" | base64 -d 2>/dev/null)" = 0123456789abcdef ] ||
	no "the token klab03 has another secret: kubeadm token delete klab03, and make it again"
until=$(cut -d ' ' -f 2 <<<"$said" | base64 -d 2>/dev/null)
[ -z "$until" ] || [ "$(date -d "$until" +%s)" -gt "$(date +%s)" ] || no "the token klab03 has expired: $until"
