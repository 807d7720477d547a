#!/bin/bash
set -euo pipefail
kubectl cordon k8s-node03
