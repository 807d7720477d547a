#!/bin/bash
set -euo pipefail
kubectl -n roll rollout undo deployment/site
kubectl -n roll rollout status deployment/site --timeout=300s
