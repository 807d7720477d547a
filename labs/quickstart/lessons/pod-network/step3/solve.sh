#!/bin/bash
set -euo pipefail
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: net-a
  labels: { lesson: net }
spec:
  nodeName: k8s-node01
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
  name: net-b
  labels: { lesson: net }
spec:
  nodeName: k8s-node02
  terminationGracePeriodSeconds: 1
  containers:
    - name: shell
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sleep, '86400']
EOF
kubectl wait --for=condition=Ready pod/net-a pod/net-b --timeout=300s
