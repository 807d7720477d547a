#!/bin/bash
# Breaks: a typo in a deployment's image.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace museum --ignore-not-found --timeout=120s
sed 's#/probe:#/prob:#' <<'YAML' | kubectl apply --validate=false -f -
apiVersion: v1
kind: Namespace
metadata:
  name: museum
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: guide
  namespace: museum
spec:
  replicas: 1
  selector:
    matchLabels:
      app: guide
  template:
    metadata:
      labels:
        app: guide
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
