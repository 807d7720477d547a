#!/bin/bash
# Breaks: a nodeSelector with a label that no node has.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace studio --ignore-not-found --timeout=120s
kubectl label nodes --all disk- || true
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: studio
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: render
  namespace: studio
spec:
  replicas: 1
  selector:
    matchLabels:
      app: render
  template:
    metadata:
      labels:
        app: render
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      nodeSelector:
        disk: ssd
      containers:
        - name: web
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sh, -c, 'mkdir -p /tmp/www && hostname >/tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www']
          ports:
            - containerPort: 8080
YAML
