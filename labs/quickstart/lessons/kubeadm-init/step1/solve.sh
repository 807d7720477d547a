#!/bin/bash
set -euo pipefail
cat >/root/init.txt <<'EOF'
kubeadm init --apiserver-advertise-address=192.168.31.61 --kubernetes-version v1.23.17 \
  --service-cidr=10.1.0.0/16 --pod-network-cidr=10.81.0.0/16
EOF
