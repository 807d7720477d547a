#!/bin/bash
# Breaks: a worker forwards no packets.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace maps --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: maps
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: tiles
  namespace: maps
spec:
  replicas: 1
  selector:
    matchLabels:
      app: tiles
  template:
    metadata:
      labels:
        app: tiles
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      nodeSelector:
        kubernetes.io/hostname: k8s-node01
      containers:
        - name: web
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sh, -c, 'mkdir -p /tmp/www && hostname >/tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www']
          ports:
            - containerPort: 8080
YAML
kubectl -n maps rollout status deployment/tiles --timeout=180s
# After that: a pod network may switch forwarding on when it connects a pod.
ssh -o BatchMode=yes -o ConnectTimeout=15 node01 bash -s <<'SH'
set -euo pipefail
echo 'net.ipv4.ip_forward = 0' >/etc/sysctl.d/99-hardening.conf
sysctl -qw net.ipv4.ip_forward=0
SH
