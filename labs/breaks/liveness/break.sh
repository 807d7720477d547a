#!/bin/bash
# Breaks: the liveness probe asks for a page that there is not.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace chat --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: chat
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: room
  namespace: chat
spec:
  replicas: 1
  selector:
    matchLabels:
      app: room
  template:
    metadata:
      labels:
        app: room
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
          livenessProbe:
            httpGet:
              path: /health
              port: 8080
            initialDelaySeconds: 5
            periodSeconds: 5
            timeoutSeconds: 5
            failureThreshold: 2
YAML
# Until it shows.
for _ in $(seq 60); do
	count=$(kubectl -n chat get pods -l app=room \
		-o jsonpath='{.items[0].status.containerStatuses[0].restartCount}' 2>/dev/null || true)
	[ "${count:-0}" -lt 1 ] || break
	sleep 5
done
