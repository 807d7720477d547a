#!/bin/bash
# Breaks: a service's targetPort is not the pods' port.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace library --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: library
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: books
  namespace: library
spec:
  replicas: 2
  selector:
    matchLabels:
      app: books
  template:
    metadata:
      labels:
        app: books
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
---
apiVersion: v1
kind: Service
metadata:
  name: books
  namespace: library
spec:
  selector:
    app: books
  ports:
    - port: 80
      targetPort: 80
YAML
kubectl -n library rollout status deployment/books --timeout=180s
