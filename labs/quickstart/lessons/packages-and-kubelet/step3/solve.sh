#!/bin/bash
set -euo pipefail
sed -i 's/--cgroup-driver=cgroupfs/--cgroup-driver=systemd/' /etc/default/kubelet
systemctl restart kubelet.service
kubectl --kubeconfig=/etc/kubernetes/kubelet.conf wait --for=condition=Ready node/k8s-node02 --timeout=300s
