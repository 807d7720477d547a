#!/bin/bash
# Breaks: a rule of iptables drops what goes to pods.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace cinema --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: cinema
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: video
  namespace: cinema
spec:
  replicas: 1
  selector:
    matchLabels:
      app: video
  template:
    metadata:
      labels:
        app: video
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
kubectl -n cinema rollout status deployment/video --timeout=180s
ssh -o BatchMode=yes -o ConnectTimeout=15 node03 bash -s <<'SH'
set -euo pipefail
iptables -w 30 -C FORWARD -d 10.81.0.0/16 -j DROP 2>/dev/null || iptables -w 30 -I FORWARD -d 10.81.0.0/16 -j DROP
SH
