#!/bin/bash
# Breaks: kube-scheduler is told a kubeconfig that is not there.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-scheduler.yaml kept=/var/lib/klab/lesson/kept/sched-login
was=$(docker ps -q --filter label=io.kubernetes.container.name=kube-scheduler \
	--filter label=io.kubernetes.docker.type=container | head -n 1)
if ! grep -qF -- '--authentication-kubeconfig=/etc/kubernetes/scheduler.config' "$file"; then
	# Nothing of an earlier time.
	kubectl delete namespace wiki --ignore-not-found --timeout=120s
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	new=$(sed 's#--authentication-kubeconfig=.*#--authentication-kubeconfig=/etc/kubernetes/scheduler.config#' "$file")
	[[ $new == *'--authentication-kubeconfig=/etc/kubernetes/scheduler.config'* ]] || {
		echo "$file: not as expected, nothing changed"
		exit 1
	}
	# In one write: kubelet looks at every file of this folder, also at one that sed -i would make.
	printf '%s\n' "$new" >"$file"
	# Until the old container is gone.
	for _ in $(seq 90); do
		[[ -n $was && $(docker ps -q) == *"$was"* ]] || break
		sleep 2
	done
fi

# After that, so that nobody gives the pod a node.
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: wiki
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: pages
  namespace: wiki
spec:
  replicas: 1
  selector:
    matchLabels:
      app: pages
  template:
    metadata:
      labels:
        app: pages
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
