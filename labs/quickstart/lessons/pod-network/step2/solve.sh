#!/bin/bash
set -euo pipefail
kubectl apply --validate=false -f /root/pod-network.yaml
kubectl -n kube-system rollout status daemonset/calico-node --timeout=600s
kubectl wait --for=condition=Ready node/k8s-master01 --timeout=300s
