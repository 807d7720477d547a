#!/bin/bash
set -euo pipefail
kubectl label --overwrite node k8s-node01 zone=west
kubectl -n place rollout status deployment/lost --timeout=300s
