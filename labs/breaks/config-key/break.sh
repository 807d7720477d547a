#!/bin/bash
# Breaks: a container wants a key that its ConfigMap has not.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace weather --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: weather
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: weather
data:
  town: Hangzhou
  units: metric
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: station
  namespace: weather
spec:
  replicas: 1
  selector:
    matchLabels:
      app: station
  template:
    metadata:
      labels:
        app: station
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
          env:
            - name: CITY
              valueFrom:
                configMapKeyRef:
                  name: settings
                  key: city
YAML
