#!/bin/bash
# Two pods that are both on k8s-node03: the others are closed while they are placed.
set -uo pipefail
kubectl create namespace shift
kubectl cordon k8s-node01
kubectl cordon k8s-node02
kubectl apply --validate=false -f - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: calm
  namespace: shift
spec:
  replicas: 2
  selector:
    matchLabels: { app: calm }
  template:
    metadata:
      labels: { app: calm }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sh, -c, 'mkdir -p /tmp/www; hostname >/tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www']
EOF
kubectl -n shift rollout status deployment/calm --timeout=240s
kubectl uncordon k8s-node01
kubectl uncordon k8s-node02
