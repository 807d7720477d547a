#!/bin/bash
set -euo pipefail
kubectl wait --for=condition=Ready node/k8s-node03 --timeout=600s
kubectl label --overwrite node k8s-node03 node-role.kubernetes.io/worker=
kubeadm token delete klab03
