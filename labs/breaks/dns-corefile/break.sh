#!/bin/bash
# Breaks: a typo in the Corefile; CoreDNS does not start with it.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace radio --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: radio
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: client
  namespace: radio
spec:
  selector:
    matchLabels:
      app: client
  template:
    metadata:
      labels:
        app: client
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      containers:
        - name: client
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sleep, '1000000']
YAML
kubectl -n radio rollout status deployment/client --timeout=180s
# A running CoreDNS keeps what it has when a new Corefile is wrong, so its pods go.
if ! kubectl -n kube-system get configmap coredns -o yaml | grep 'foward' >/dev/null; then
	kept=/var/lib/klab/lesson/kept/dns-corefile
	mkdir -p "$kept"
	# For teachers: the ConfigMap as it was.
	kubectl -n kube-system get configmap coredns -o yaml >"$kept/coredns.yaml"
	grep -q 'forward \. ' "$kept/coredns.yaml" || {
		echo 'the Corefile is not as expected, nothing changed'
		exit 1
	}
	sed 's/forward \. /foward . /; /^  resourceVersion: /d' "$kept/coredns.yaml" | kubectl replace --validate=false -f -
fi
kubectl -n kube-system delete pods -l k8s-app=kube-dns --timeout=120s || true
