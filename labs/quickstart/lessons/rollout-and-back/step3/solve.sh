#!/bin/bash
set -euo pipefail
kubectl -n roll scale deployment site --replicas=4
kubectl -n roll rollout status deployment/site --timeout=300s
