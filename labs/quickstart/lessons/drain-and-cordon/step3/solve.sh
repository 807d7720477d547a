#!/bin/bash
set -euo pipefail
kubectl uncordon k8s-node03
