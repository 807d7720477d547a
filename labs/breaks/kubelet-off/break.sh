#!/bin/bash
# Breaks: kubelet is stopped and disabled on a worker.
set -euo pipefail

ssh -n -o BatchMode=yes -o ConnectTimeout=15 node01 systemctl disable --now kubelet
# Until the cluster has seen it.
kubectl wait --for=condition=Ready=Unknown node/k8s-node01 --timeout=300s || true
