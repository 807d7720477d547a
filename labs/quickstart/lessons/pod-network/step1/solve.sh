#!/bin/bash
set -euo pipefail
kubectl get blockaffinities -o jsonpath='{.items[?(@.spec.node=="k8s-master01")].spec.cidr}' >/root/pod-range.txt
