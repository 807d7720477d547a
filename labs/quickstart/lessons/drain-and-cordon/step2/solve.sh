#!/bin/bash
set -euo pipefail
kubectl drain k8s-node03 --ignore-daemonsets --delete-emptydir-data --timeout=300s
kubectl -n shift rollout status deployment/calm --timeout=300s
