#!/bin/bash
# Course 2.9.4: kubeadm join. Input: /etc/klab/kubeadm-join.yaml (a short-lived token and the CA's hash), removed
# afterwards.

# shellcheck source-path=SCRIPTDIR source=retry.sh
. /usr/lib/klab/retry.sh
# shellcheck source-path=SCRIPTDIR source=pod-range.sh
. /usr/lib/klab/pod-range.sh

kubelet_conf=/etc/kubernetes/kubelet.conf
# There while a join of klab's own is under way: only such a one is ever reset.
begun=/var/lib/klab/join-begun

as_node() { kubectl --kubeconfig="$kubelet_conf" --request-timeout=60s "$@"; }

# The bootstrap is over: kubelet has a certificate of its own and runs.
joined() {
	[ -s "$kubelet_conf" ] && [ -s /etc/kubernetes/pki/ca.crt ] &&
		[ -s /var/lib/kubelet/pki/kubelet-client-current.pem ] && systemctl -q is-active kubelet
}

annotate() {
	retry as_node annotate --overwrite node "$KLAB_NODE" "kubeadm.alpha.kubernetes.io/cri-socket=$KLAB_CRI_SOCKET" || {
		echo "$KLAB_NODE runs kubelet, but the API server knows no such node"
		exit 1
	}
}

# kubelet makes its node known when it starts, and never again: after `kubectl delete node` it has to start anew.
make_known() {
	local said
	said=$(as_node get node "$KLAB_NODE" -o name 2>&1) && return
	case $said in *NotFound*)
		forget_pod_range
		systemctl restart kubelet
		;;
	esac
}

if joined; then
	make_known
	annotate
else
	# KLAB_REJOIN: klab joined it, and what it had of that is gone (kubeadm reset, deleted certificates).
	[ -z "${KLAB_REJOIN:-}" ] || touch "$begun"
	if [ -e "$begun" ]; then
		kubeadm reset -f --cri-socket "$KLAB_CRI_SOCKET"
		forget_pod_range
	fi
	touch "$begun"
	failed=false
	# 2.9.4: token and hash stand in this file.
	kubeadm join --config /etc/klab/kubeadm-join.yaml || failed=true
	# Beside the course: kubeadm 1.20 gives its last step, an annotation of the Node, 10 s for each try, too little for a
	# busy API server under emulation: when only that failed the node has joined all the same. Only then: kubectl in a
	# busy guest takes 20 s.
	if [ "$failed" = true ]; then
		joined
		annotate
	fi
fi
rm -f "$begun" /etc/klab/kubeadm-join.yaml
