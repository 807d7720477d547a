#!/bin/bash
# Breaks: a taint on a worker that nothing tolerates.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace clinic --ignore-not-found --timeout=120s
kubectl taint nodes k8s-node03 test=true:NoSchedule --overwrite
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: clinic
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: scan
  namespace: clinic
spec:
  replicas: 1
  selector:
    matchLabels:
      app: scan
  template:
    metadata:
      labels:
        app: scan
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      nodeSelector:
        kubernetes.io/hostname: k8s-node03
      containers:
        - name: web
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sh, -c, 'mkdir -p /tmp/www && hostname >/tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www']
          ports:
            - containerPort: 8080
YAML
