#!/bin/bash
set -euo pipefail
kubectl -n names expose deployment web --port=8080
