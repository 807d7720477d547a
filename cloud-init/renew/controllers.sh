#!/bin/bash
# kube-controller-manager started anew, for new tokens of its controllers.
# controllers.sh RUNTIME restart|wait: ends when it is healthy, or when there is none; `wait`: it has been started anew already.
set -euo pipefail

name=kube-controller-manager
if [ "$1" = docker ]; then
	ids=$(docker ps -q --filter "label=io.kubernetes.container.name=$name" --filter label=io.kubernetes.docker.type=container)
	anew=(docker restart)
else
	ids=$(crictl ps -q --label "io.kubernetes.container.name=$name")
	anew=(crictl stop)
fi
if [ "$2" = restart ]; then
	[ -n "$ids" ] || exit 0
	# One container a line.
	mapfile -t each <<<"$ids"
	"${anew[@]}" "${each[@]}" >&2
fi
# kubeadm's port for it (kubernetes.io, "Ports and Protocols"); anybody may ask for its health.
for _ in $(seq 300); do
	if [ "$(curl -sk -m 5 https://127.0.0.1:10257/healthz)" = ok ]; then exit 0; fi
	sleep 1
done
echo "$name does not get healthy: crictl or docker logs on the control plane" >&2
exit 1
