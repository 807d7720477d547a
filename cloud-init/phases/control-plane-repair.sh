#!/bin/bash
# Sourced by the phases that make or repair a control plane, the first (control-plane.sh) and the others (member.sh).
# Input: /etc/klab/kubeadm-init.yaml with this node's name and address. Source retry.sh and pod-range.sh before.

export KUBECONFIG=/etc/kubernetes/admin.conf

# The API server answers and knows this node and what kubeadm gives every cluster.
healthy() {
	[ -s "$KUBECONFIG" ] && kubectl --request-timeout=60s get node "$KLAB_NODE" >/dev/null 2>&1 &&
		kubectl --request-timeout=60s -n kube-system get daemonset/kube-proxy deployment/coredns >/dev/null 2>&1
}

# Restarts kubelet with the files of make_whole. After `kubectl delete node` the restart registers the node again, but
# without kubeadm's labels and taints. So this function first asks whether the node is known.
make_known() {
	local said known=true
	said=$(kubectl --request-timeout=60s get node "$KLAB_NODE" -o name 2>&1) ||
		case $said in *NotFound*) known=false ;; esac
	[ "$known" = true ] || forget_pod_range
	systemctl restart kubelet
	[ "$known" = false ] || return 0
	retry kubectl --request-timeout=60s get node "$KLAB_NODE"
	kubeadm init phase upload-config kubelet --config /etc/klab/kubeadm-init.yaml
	kubeadm init phase mark-control-plane --config /etc/klab/kubeadm-init.yaml
	echo "$KLAB_NODE is in the cluster again, with its labels and taints"
}

# Makes certificates and kubeconfigs that somebody deleted: kubeadm makes the missing ones from the existing CAs.
make_whole() {
	local login=/var/lib/kubelet/pki/kubelet-client-current.pem pki=/etc/kubernetes/pki name
	# kubeadm makes a pair only if both halves are missing, and it reads a kubeconfig even if it is empty.
	for name in apiserver apiserver-kubelet-client apiserver-etcd-client front-proxy-client \
		etcd/server etcd/peer etcd/healthcheck-client; do
		{ [ -s "$pki/$name.crt" ] && [ -s "$pki/$name.key" ]; } || rm -f "$pki/$name.crt" "$pki/$name.key"
	done
	for name in admin controller-manager scheduler kubelet; do
		[ -s "/etc/kubernetes/$name.conf" ] || rm -f "/etc/kubernetes/$name.conf"
	done
	# kubelet.conf names that file, and kubeadm would not change it.
	[ -s "$login" ] || ! grep -qs "$login" /etc/kubernetes/kubelet.conf || rm -f /etc/kubernetes/kubelet.conf
	kubeadm init phase certs all --config /etc/klab/kubeadm-init.yaml
	kubeadm init phase kubeconfig all --config /etc/klab/kubeadm-init.yaml
}
