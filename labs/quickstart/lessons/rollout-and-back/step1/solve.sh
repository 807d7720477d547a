#!/bin/bash
set -euo pipefail
kubectl -n roll set env deployment/site VERSION=2
kubectl -n roll rollout status deployment/site --timeout=300s
