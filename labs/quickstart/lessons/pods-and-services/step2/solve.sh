#!/bin/bash
set -euo pipefail
kubectl apply --validate=false -f - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
  namespace: shop
spec:
  replicas: 3
  selector:
    matchLabels: { app: hello }
  template:
    metadata:
      labels: { app: hello }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sh, -c, 'mkdir -p /tmp/www; hostname >/tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www']
          ports:
            - containerPort: 8080
EOF
kubectl -n shop rollout status deployment/hello --timeout=300s
