#!/bin/bash
set -euo pipefail
kubectl -n names expose deployment web --name=peers --port=8080 --cluster-ip=None
