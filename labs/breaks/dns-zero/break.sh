#!/bin/bash
# Breaks: CoreDNS is scaled to 0.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace press --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: press
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: client
  namespace: press
spec:
  selector:
    matchLabels:
      app: client
  template:
    metadata:
      labels:
        app: client
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      containers:
        - name: client
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sleep, '1000000']
YAML
kubectl -n press rollout status deployment/client --timeout=180s
kubectl -n kube-system scale deployment coredns --replicas=0
kubectl -n kube-system wait --for=delete pods -l k8s-app=kube-dns --timeout=120s || true
