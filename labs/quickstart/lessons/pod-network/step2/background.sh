#!/bin/bash
# Keeps the manifest of Calico's programs, deletes them, and makes this node as it was right after kubeadm init. What
# Calico knows of addresses stays: other pods still have theirs.
set -uo pipefail
file=/root/pod-network.yaml
if [ ! -s "$file" ]; then
	for object in configmap/calico-config daemonset/calico-node deployment/calico-kube-controllers; do
		echo '---'
		kubectl -n kube-system apply view-last-applied "$object" -o yaml || exit 1
	done >"$file.new"
	mv "$file.new" "$file"
fi
kubectl delete -f "$file" --ignore-not-found
kubectl -n kube-system wait --for=delete pod -l k8s-app=calico-node --timeout=240s
rm -f /etc/cni/net.d/10-calico.conflist /etc/cni/net.d/calico-kubeconfig
ip link delete vxlan.calico 2>/dev/null
systemctl restart kubelet
