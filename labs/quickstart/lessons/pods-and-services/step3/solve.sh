#!/bin/bash
set -euo pipefail
kubectl -n shop expose deployment hello --port=80 --target-port=8080
