#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
no() {
	echo "$*"
	exit 1
}

pki=/etc/kubernetes/pki
[ "$(curl -sk -m 15 https://127.0.0.1:6443/healthz)" = ok ] || no 'The API server does not answer, or is not healthy.'
for ip in 192.168.31.61 10.1.0.1 127.0.0.1; do
	[[ $(openssl x509 -in "$pki/apiserver.crt" -noout -checkip "$ip" 2>/dev/null) == *' does match'* ]] ||
		no "The API server answers, but a client that reaches it at $ip would not trust it."
done
[ "$(curl -s -m 15 --cacert "$pki/ca.crt" https://127.0.0.1:6443/healthz)" = ok ] ||
	no 'The API server answers, but clients do not trust it.'
k get nodes >/dev/null || no 'The API server answers, but kubectl get nodes fails.'
