#!/bin/bash
# Renews certificates that expired while the lab was in a snapshot: kubeadm's, and one for each node's kubelet.
# After kubernetes.io, "Certificate Management with kubeadm" and "Troubleshooting kubeadm" (kubelet client certificate
# rotation fails).
# control-plane.sh MINOR RUNTIME USER NODE…: prints a line for each node (`NODE`, its kubelet's certificate and key, PEM
# in base64), then one for `admin.conf`.
set -euo pipefail

minor=$1 runtime=$2 user=$3
shift 3
pki=/etc/kubernetes/pki

# The API server still refuses requests. kubeadm then uses the subjects of the existing certificates.
if [ "$minor" -ge 20 ]; then kubeadm certs renew all; else kubeadm alpha certs renew all; fi >&2

# These programs read them when they start. controllers.sh restarts kube-controller-manager.
for name in etcd kube-apiserver kube-scheduler; do
	if [ "$runtime" = docker ]; then
		docker ps -q --filter "label=io.kubernetes.container.name=$name" \
			--filter label=io.kubernetes.docker.type=container | xargs -r docker stop
	else
		crictl ps -q --label "io.kubernetes.container.name=$name" | xargs -r crictl stop
	fi >&2
done

for home in /root "/home/$user"; do
	[ ! -e "$home/.kube/config" ] || cat /etc/kubernetes/admin.conf >"$home/.kube/config"
done

# Keys are written only to the node's own disk.
dir=$(mktemp -d -p /run)
trap 'rm -rf "$dir"' EXIT
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n' >"$dir/ext"
for node in "$@"; do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$dir/key" \
		-subj "/O=system:nodes/CN=system:node:$node" -out "$dir/csr"
	openssl x509 -req -in "$dir/csr" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -set_serial "0x$(openssl rand -hex 8)" \
		-days 365 -extfile "$dir/ext" -out "$dir/crt" >&2
	echo "$node $(cat "$dir/crt" "$dir/key" | base64 -w 0)"
done
echo "admin.conf $(base64 -w 0 /etc/kubernetes/admin.conf)"
