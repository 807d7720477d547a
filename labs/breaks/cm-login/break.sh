#!/bin/bash
# Breaks: kube-controller-manager is told a kubeconfig that is not there.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-controller-manager.yaml kept=/var/lib/klab/lesson/kept/cm-login
was=$(docker ps -q --filter label=io.kubernetes.container.name=kube-controller-manager \
	--filter label=io.kubernetes.docker.type=container | head -n 1)
if ! grep -qF -- '--kubeconfig=/etc/kubernetes/controller-manger.conf' "$file"; then
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	new=$(sed 's#- --kubeconfig=.*#- --kubeconfig=/etc/kubernetes/controller-manger.conf#' "$file")
	[[ $new == *'--kubeconfig=/etc/kubernetes/controller-manger.conf'* ]] || {
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

# After that, so that nobody makes pods of it.
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: blog
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: posts
  namespace: blog
spec:
  replicas: 1
  selector:
    matchLabels:
      app: posts
  template:
    metadata:
      labels:
        app: posts
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
