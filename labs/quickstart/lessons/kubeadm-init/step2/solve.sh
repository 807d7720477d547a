#!/bin/bash
set -euo pipefail
mv /root/kube-scheduler.yaml /etc/kubernetes/manifests/
for _ in $(seq 100); do
	[ -z "$(docker ps -q --filter name=k8s_kube-scheduler_)" ] || exit 0
	sleep 3
done
echo "the scheduler did not start within 5 minutes"
exit 1
