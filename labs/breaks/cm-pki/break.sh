#!/bin/bash
# Breaks: kube-controller-manager gets an empty folder in place of /etc/kubernetes/pki.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-controller-manager.yaml kept=/var/lib/klab/lesson/kept/cm-pki
was=$(docker ps -q --filter label=io.kubernetes.container.name=kube-controller-manager \
	--filter label=io.kubernetes.docker.type=container | head -n 1)
if ! grep -qF -- ' path: /etc/kubernetes/pki-old' "$file"; then
	# Nothing of an earlier time.
	kubectl delete namespace mail --ignore-not-found --timeout=120s
	kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: mail
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: inbox
  namespace: mail
spec:
  replicas: 1
  selector:
    matchLabels:
      app: inbox
  template:
    metadata:
      labels:
        app: inbox
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
	kubectl -n mail rollout status deployment/inbox --timeout=180s
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	new=$(sed 's#^\( *path:\) /etc/kubernetes/pki$#\1 /etc/kubernetes/pki-old#' "$file")
	[[ $new == *' path: /etc/kubernetes/pki-old'* ]] || {
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

# After that, so that nobody makes the pods.
kubectl -n mail scale deployment inbox --replicas=3
