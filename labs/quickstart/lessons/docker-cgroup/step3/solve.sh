#!/bin/bash
set -euo pipefail
sed -i 's/native.cgroupdriver=cgroupfs/native.cgroupdriver=systemd/' /etc/docker/daemon.json
systemctl restart docker.service
systemctl restart kubelet.service
kubectl --kubeconfig=/etc/kubernetes/kubelet.conf wait --for=condition=Ready node/k8s-node02 --timeout=300s
