#!/bin/bash
# Beside the course: kubeadm join of a control plane beside the first (kubeadm, high-availability: "Stacked control
# plane and etcd nodes"). Input: /etc/klab/kubeadm-member.yaml (a short-lived token, the CA's hash, the certificates'
# key), /etc/klab/kubeadm-init.yaml, /etc/klab/patches/. The first two are removed afterwards.

# shellcheck source-path=SCRIPTDIR source=retry.sh
. /usr/lib/klab/retry.sh
# shellcheck source-path=SCRIPTDIR source=pod-range.sh
. /usr/lib/klab/pod-range.sh
# shellcheck source-path=SCRIPTDIR source=control-plane-repair.sh
. /usr/lib/klab/control-plane-repair.sh

manifests=/etc/kubernetes/manifests
# This file exists while klab itself joins the node. Only such a join is ever reset.
begun=/var/lib/klab/member-begun
# This file exists while klab repairs the control plane. klab removes its mark before it asks for a repair.
repairing=/var/lib/klab/repair-begun

# kubelet has its own certificate, and the four static pods are written. From here on the node is a member of etcd: a
# reset would take a member from a cluster that may have no other to lose, so what is left is finished instead.
begun_well() {
	local name
	for name in etcd kube-apiserver kube-controller-manager kube-scheduler; do
		[ -s "$manifests/$name.yaml" ] || return 1
	done
	[ -s /etc/kubernetes/kubelet.conf ] && [ -s /var/lib/kubelet/pki/kubelet-client-current.pem ] &&
		[ -s "$KUBECONFIG" ]
}

# This node's own API server is ready. It uses this node's member of etcd, so that is ready too.
own_ready() {
	[ "$(kubectl --server=https://127.0.0.1:6443 --request-timeout=60s get --raw /readyz 2>/dev/null)" = ok ]
}

# etcdctl in another node's member of etcd, the first one that it can be run in: this node's own may have no vote, and
# the pod of a node that is off still counts as running.
etcdctl_elsewhere() {
	local pki=/etc/kubernetes/pki/etcd pods pod
	pods=$(kubectl --request-timeout=60s -n kube-system get pods -l component=etcd -o name) || return 1
	for pod in $pods; do
		[ "$pod" != "pod/etcd-$KLAB_NODE" ] || continue
		! timeout 120 kubectl -n kube-system exec "$pod" -- etcdctl --command-timeout=60s --cacert=$pki/ca.crt \
			--cert=$pki/healthcheck-client.crt --key=$pki/healthcheck-client.key "$@" || return 0
	done
	return 1
}

# This node's member of etcd has a vote. From 1.29 on kubeadm adds it without one ("learner"), and gives it one once it
# has all data; until then it answers no API server. kubeadm tries for two minutes, and it may have been killed.
has_vote() {
	local members own
	# ID, status, name, addresses, whether it is a learner. One that has not started has no name.
	members=$(etcdctl_elsewhere member list) || return 1
	own=$(grep "^[0-9a-f]*, started, $KLAB_NODE, " <<<"$members") || return 1
	case $own in *', true') etcdctl_elsewhere member promote "${own%%,*}" ;; esac
}

# What kubeadm does after the start of the etcd member. Older kubeadms give the member 40 s, too little for a busy host
# under emulation. The member then starts all the same.
finish() {
	local minor=${KLAB_VERSION#*.}
	systemctl -q is-active kubelet || systemctl restart kubelet
	[ "${minor%%.*}" -lt 29 ] || retry has_vote || {
		echo "$KLAB_NODE joined, but its member of etcd gets no vote; look at it with:" \
			"kubectl -n kube-system logs etcd-$KLAB_NODE"
		exit 1
	}
	retry own_ready || {
		echo "$KLAB_NODE joined, but its own API server does not get ready; look at it with:" \
			'docker ps -a or crictl ps -a, journalctl -u kubelet'
		exit 1
	}
	retry kubectl --request-timeout=60s get node "$KLAB_NODE"
	# Up to 1.21 kubeadm keeps a list of the API servers (ClusterStatus).
	[ "${minor%%.*}" -ge 22 ] ||
		kubeadm join phase control-plane-join update-status --config /etc/klab/kubeadm-member.yaml
	kubeadm init phase mark-control-plane --config /etc/klab/kubeadm-init.yaml
	echo "$KLAB_NODE is a control plane"
}

[ -z "${KLAB_REPAIR:-}" ] || touch "$repairing"
# KLAB_REJOIN: klab joined the node, but the files of its control plane are gone (kubeadm reset).
if [ -n "${KLAB_REJOIN:-}" ] || { [ -e "$begun" ] && ! begun_well; }; then
	touch "$begun"
	kubeadm reset -f --cri-socket "$KLAB_CRI_SOCKET"
	forget_pod_range
fi
if [ ! -e "$manifests/kube-apiserver.yaml" ]; then
	touch "$begun"
	failed=false
	# shellcheck disable=SC2086 # flags, made by klab from a fixed list
	kubeadm join --config /etc/klab/kubeadm-member.yaml $KLAB_INIT_FLAGS || failed=true
	if [ "$failed" = true ]; then
		begun_well
		finish
	fi
elif [ -e "$begun" ]; then
	finish
elif [ -e "$repairing" ]; then
	make_whole
	make_known
fi
retry own_ready || {
	echo "$KLAB_NODE has an API server that does not get ready; look at it with:" \
		'docker ps -a or crictl ps -a, journalctl -u kubelet'
	exit 1
}
rm -f "$begun" "$repairing" /etc/klab/kubeadm-member.yaml /etc/klab/kubeadm-init.yaml

# As on the first control plane: kubectl for root and for the lab user.
for home in /root "/home/$KLAB_USER"; do
	owner=$(stat -c %u:%g "$home")
	install -d -m 0700 -o "${owner%:*}" -g "${owner#*:}" "$home/.kube"
	install -m 0600 -o "${owner%:*}" -g "${owner#*:}" /etc/kubernetes/admin.conf "$home/.kube/config"
done
