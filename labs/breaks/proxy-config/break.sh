#!/bin/bash
# Breaks: kube-proxy is told a configuration that is not there.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace post --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: post
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: stamps
  namespace: post
spec:
  replicas: 1
  selector:
    matchLabels:
      app: stamps
  template:
    metadata:
      labels:
        app: stamps
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
YAML
kubectl -n post rollout status deployment/stamps --timeout=180s

if ! kubectl -n kube-system get daemonset kube-proxy -o yaml | grep 'kube-proxy/configuration.conf' >/dev/null; then
	kept=/var/lib/klab/lesson/kept/proxy-config
	mkdir -p "$kept"
	# For teachers: the DaemonSet as it was.
	kubectl -n kube-system get daemonset kube-proxy -o yaml >"$kept/kube-proxy.yaml"
	grep -q -- '--config=/var/lib/kube-proxy/config.conf' "$kept/kube-proxy.yaml" || {
		echo 'the DaemonSet kube-proxy is not as expected, nothing changed'
		exit 1
	}
	sed 's#/var/lib/kube-proxy/config.conf#/var/lib/kube-proxy/configuration.conf#; /^  resourceVersion: /d' \
		"$kept/kube-proxy.yaml" | kubectl replace --validate=false -f -
fi
# A rollout would stop at the first that fails.
kubectl -n kube-system delete pods -l k8s-app=kube-proxy --grace-period=1 --timeout=180s || true
# After that, so that nobody makes rules for it.
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Service
metadata:
  name: stamps
  namespace: post
spec:
  selector:
    app: stamps
  ports:
    - port: 80
      targetPort: 8080
YAML
