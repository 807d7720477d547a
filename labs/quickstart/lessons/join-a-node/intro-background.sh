#!/bin/bash
# k8s-node03 leaves the cluster; kubelet does not make its node known again before it is started anew.
set -uo pipefail
kubectl drain k8s-node03 --ignore-daemonsets --delete-emptydir-data --force --timeout=180s
kubectl delete node k8s-node03 --ignore-not-found
