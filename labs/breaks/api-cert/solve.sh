#!/bin/bash
# kubeadm makes certificate and key again, of the CA that is there.
set -euo pipefail

# Without the address kubeadm would take that of the first network card.
kubeadm init phase certs apiserver --kubernetes-version v1.23.17 --apiserver-advertise-address 192.168.31.61 \
	--service-cidr 10.1.0.0/16 --apiserver-cert-extra-sans 127.0.0.1,localhost
# kubelet waits up to five minutes before it starts a container that ended too often; not after its own restart.
systemctl restart kubelet
