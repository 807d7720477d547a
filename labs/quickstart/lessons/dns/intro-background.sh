#!/bin/bash
set -uo pipefail
kubectl create namespace names
kubectl apply --validate=false -f - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: names
spec:
  replicas: 2
  selector:
    matchLabels: { app: web }
  template:
    metadata:
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
  name: client
  namespace: names
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: shell
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sleep, '86400']
EOF
kubectl -n names rollout status deployment/web --timeout=240s
kubectl -n names wait --for=condition=Ready pod/client --timeout=240s
