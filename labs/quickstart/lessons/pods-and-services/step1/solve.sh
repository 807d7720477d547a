#!/bin/bash
set -euo pipefail
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: first
  namespace: shop
  labels: { app: first }
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
kubectl -n shop wait --for=condition=Ready pod/first --timeout=300s
