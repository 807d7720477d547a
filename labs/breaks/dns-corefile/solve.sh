#!/bin/bash
# The plugin by its right name, and new pods.
set -euo pipefail

kubectl -n kube-system get configmap coredns -o yaml |
	sed 's/foward \. /forward . /; /^  resourceVersion: /d' | kubectl replace --validate=false -f -
# They would wait up to five minutes before they try again.
kubectl -n kube-system delete pods -l k8s-app=kube-dns --wait=false
