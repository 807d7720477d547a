#!/bin/bash
set -euo pipefail
kubeadm certs renew admin.conf
install -m 0600 /etc/kubernetes/admin.conf /root/.kube/config
