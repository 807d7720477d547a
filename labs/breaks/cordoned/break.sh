#!/bin/bash
# Breaks: the workers are cordoned.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace news --ignore-not-found --timeout=120s
kubectl cordon k8s-node01 k8s-node02 k8s-node03
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: news
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: front
  namespace: news
spec:
  replicas: 2
  selector:
    matchLabels:
      app: front
  template:
    metadata:
      labels:
        app: front
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sh, -c, 'mkdir -p /tmp/www && hostname >/tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www']
          ports:
            - containerPort: 8080
YAML
