#!/bin/bash
set -uo pipefail
kubectl create namespace roll
kubectl apply --validate=false -f - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: site
  namespace: roll
spec:
  replicas: 2
  selector:
    matchLabels: { app: site }
  template:
    metadata:
      labels: { app: site }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          env:
            - { name: VERSION, value: '1' }
          command:
            - sh
            - -c
            - mkdir -p /tmp/www; echo "version $VERSION" >/tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www
          readinessProbe:
            tcpSocket: { port: 8080 }
            periodSeconds: 5
            timeoutSeconds: 5
---
apiVersion: v1
kind: Service
metadata:
  name: site
  namespace: roll
spec:
  selector: { app: site }
  ports:
    - port: 80
      targetPort: 8080
EOF
kubectl -n roll rollout status deployment/site --timeout=240s
