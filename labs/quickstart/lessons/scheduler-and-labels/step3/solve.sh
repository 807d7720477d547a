#!/bin/bash
set -euo pipefail
kubectl label --overwrite node k8s-node01 zone=west
kubectl -n place wait --for=condition=Ready pod/lost --timeout=300s
