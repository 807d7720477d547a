#!/bin/bash
# Breaks: the readiness probe asks a port where nobody listens.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace train --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: train
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: tickets
  namespace: train
spec:
  replicas: 2
  selector:
    matchLabels:
      app: tickets
  template:
    metadata:
      labels:
        app: tickets
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
          readinessProbe:
            httpGet:
              path: /
              port: 8081
            periodSeconds: 10
            timeoutSeconds: 5
---
apiVersion: v1
kind: Service
metadata:
  name: tickets
  namespace: train
spec:
  selector:
    app: tickets
  ports:
    - port: 80
      targetPort: 8080
YAML
