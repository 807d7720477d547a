#!/bin/bash
set -euo pipefail
cat >/etc/sysctl.d/k8s.conf <<'EOF'
net.bridge.bridge-nf-call-ip6tables = 1
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-arptables = 1
net.ipv4.ip_forward = 1
net.ipv4.ip_forward_use_pmtu = 0
EOF
sysctl -q -p /etc/sysctl.d/k8s.conf
