#!/bin/bash
set -euo pipefail
kubectl -n shift patch pdb calm -p '{"spec":{"minAvailable":1}}'
kubectl drain k8s-node02 --ignore-daemonsets --delete-emptydir-data --timeout=300s
kubectl -n shift rollout status deployment/calm --timeout=300s
kubectl uncordon k8s-node02
