#!/bin/bash
# Gives a node's kubelet a certificate that control-plane.sh made. kubelet renews it by itself in time.
# Input: the certificate and its key (PEM, base64) in /run/klab-kubelet.
set -euo pipefail

pki=/var/lib/kubelet/pki new=/run/klab-kubelet
trap 'rm -f "$new"' EXIT
base64 -d "$new" | install -m 0600 /dev/stdin "$pki/kubelet-client-renewed.pem"
ln -sfn "$pki/kubelet-client-renewed.pem" "$pki/kubelet-client-current.pem"
sed -i \
	-e "s#client-certificate-data:.*#client-certificate: $pki/kubelet-client-current.pem#" \
	-e "s#client-key-data:.*#client-key: $pki/kubelet-client-current.pem#" /etc/kubernetes/kubelet.conf
systemctl restart kubelet.service
