#!/bin/bash
# Restarts kube-controller-manager, for new tokens of its controllers or for a new certificate.
# controllers.sh RUNTIME: ends when it is healthy. Does nothing on a node that is no control plane.
set -euo pipefail

name=kube-controller-manager
[ -e "/etc/kubernetes/manifests/$name.yaml" ] || exit 0
# Only stops it: kubelet starts static pods, and a second one would find the port taken.
if [ "$1" = docker ]; then
	docker ps -q --filter "label=io.kubernetes.container.name=$name" \
		--filter label=io.kubernetes.docker.type=container | xargs -r docker stop
else
	crictl ps -q --label "io.kubernetes.container.name=$name" | xargs -r crictl stop
fi >&2
# kubeadm's port for it (kubernetes.io, "Ports and Protocols"). Its health is public.
for _ in $(seq 300); do
	if [ "$(curl -sk -m 5 https://127.0.0.1:10257/healthz)" = ok ]; then exit 0; fi
	sleep 1
done
echo "$name does not get healthy: docker logs or crictl logs on the control plane" >&2
exit 1
