#!/bin/bash
set -euo pipefail
served() {
	timeout 20 openssl s_client -connect 192.168.31.61:6443 </dev/null 2>/dev/null | openssl x509 -noout -serial
}
kubeadm certs renew apiserver
now=$(openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -serial)
for round in $(seq 100); do
	served=$(served) || true
	[ "$served" != "$now" ] || exit 0
	# It should have read the file by now: start it anew.
	if [ "$round" = 50 ]; then docker ps -q --filter name=k8s_kube-apiserver_ | xargs -r docker stop; fi
	sleep 5
done
exit 1
