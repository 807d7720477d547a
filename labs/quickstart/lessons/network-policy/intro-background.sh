#!/bin/bash
set -uo pipefail
kubectl create namespace wall
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: wall
  labels: { app: web }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: web
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sh, -c, 'mkdir -p /tmp/www; hostname >/tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www']
---
apiVersion: v1
kind: Pod
metadata:
  name: friend
  namespace: wall
  labels: { app: friend }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: shell
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sleep, '86400']
---
apiVersion: v1
kind: Pod
metadata:
  name: stranger
  namespace: wall
  labels: { app: stranger }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: shell
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sleep, '86400']
EOF
kubectl -n wall wait --for=condition=Ready pod/web pod/friend pod/stranger --timeout=280s
