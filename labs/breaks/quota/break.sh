#!/bin/bash
# Breaks: a ResourceQuota asks for requests that the pods do not name.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace hotel --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: hotel
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: agreed
  namespace: hotel
spec:
  hard:
    requests.cpu: 400m
    requests.memory: 256Mi
YAML
# A quota counts once the controller has looked at it.
for _ in $(seq 60); do
	[ -z "$(kubectl -n hotel get resourcequota agreed -o jsonpath='{.status.hard}')" ] || break
	sleep 2
done
kubectl apply --validate=false -f - <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: rooms
  namespace: hotel
spec:
  replicas: 2
  selector:
    matchLabels:
      app: rooms
  template:
    metadata:
      labels:
        app: rooms
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
