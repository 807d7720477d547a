#!/bin/bash
set -euo pipefail
kubectl delete csr anna --ignore-not-found
openssl req -new -newkey rsa:2048 -nodes -keyout /root/anna.key -subj "/O=developers/CN=anna" -out /root/anna.csr
kubectl apply --validate=false -f - <<EOF
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  name: anna
spec:
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
  request: $(base64 -w 0 </root/anna.csr)
EOF
kubectl certificate approve anna
for _ in $(seq 60); do
	kubectl get csr anna -o jsonpath='{.status.certificate}' | base64 -d >/root/anna.crt
	[ ! -s /root/anna.crt ] || exit 0
	sleep 3
done
exit 1
