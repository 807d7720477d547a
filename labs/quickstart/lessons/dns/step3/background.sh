#!/bin/bash
# CoreDNS has no pods.
set -uo pipefail
kubectl -n kube-system scale deployment coredns --replicas=0
kubectl -n kube-system wait --for=delete pod -l k8s-app=kube-dns --timeout=240s
