#!/bin/bash
# Course 2.9.2, 2.9.3: kubeadm init, kubeconfig for root and for the lab user. Input: /etc/klab/kubeadm-init.yaml, /etc/klab/patches/.

export KUBECONFIG=/etc/kubernetes/admin.conf

healthy() { [ -s "$KUBECONFIG" ] && kubectl --request-timeout=30s get node "$KLAB_NODE" >/dev/null 2>&1 &&
	kubectl --request-timeout=30s -n kube-system get daemonset kube-proxy deployment/coredns >/dev/null 2>&1; }

if ! healthy; then
	# Half an init (a power cut, a kill) is begun again; nobody has joined yet, or `healthy` would have been true.
	if [ -e /etc/kubernetes/manifests/kube-apiserver.yaml ] || [ -d /var/lib/etcd/member ]; then
		kubeadm reset -f --cri-socket "$KLAB_CRI_SOCKET"
	fi
	# shellcheck disable=SC2086 # flags, made by klab from a fixed list
	kubeadm init --config /etc/klab/kubeadm-init.yaml $KLAB_INIT_FLAGS
fi
rm -f /etc/klab/kubeadm-init.yaml

for home in /root "/home/$KLAB_USER"; do
	owner=$(stat -c %u:%g "$home")
	install -d -m 0700 -o "${owner%:*}" -g "${owner#*:}" "$home/.kube"
	install -m 0600 -o "${owner%:*}" -g "${owner#*:}" /etc/kubernetes/admin.conf "$home/.kube/config"
done
