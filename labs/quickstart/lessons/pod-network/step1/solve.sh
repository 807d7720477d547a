#!/bin/bash
set -euo pipefail
kubectl get node k8s-master01 -o jsonpath='{.spec.podCIDR}' >/root/pod-range.txt
