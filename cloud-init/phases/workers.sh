#!/bin/bash
# Course 2.9.4: kubeadm join. Input: /etc/klab/kubeadm-join.yaml (a short-lived token and the CA's hash), removed
# afterwards.

# shellcheck source-path=SCRIPTDIR source=retry.sh
. /usr/lib/klab/retry.sh
# shellcheck source-path=SCRIPTDIR source=pod-range.sh
. /usr/lib/klab/pod-range.sh

kubelet_conf=/etc/kubernetes/kubelet.conf
# This file exists while klab itself joins the node. Only such a join is ever reset.
begun=/var/lib/klab/join-begun

as_node() { kubectl --kubeconfig="$kubelet_conf" --request-timeout=60s "$@"; }

# The bootstrap is over: kubelet has its own certificate and runs.
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

# kubelet registers its node only when it starts. After `kubectl delete node` it must start again.
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
	# KLAB_REJOIN: klab joined the node, but its files are gone (kubeadm reset, deleted certificates).
	[ -z "${KLAB_REJOIN:-}" ] || touch "$begun"
	if [ -e "$begun" ]; then
		kubeadm reset -f --cri-socket "$KLAB_CRI_SOCKET"
		forget_pod_range
	fi
	touch "$begun"
	failed=false
	# 2.9.4: this file has the token and the hash.
	kubeadm join --config /etc/klab/kubeadm-join.yaml || failed=true
	# Beside the course: kubeadm 1.20 gives its last step, an annotation of the Node, 10 s for each try. That is too
	# little for a busy API server under emulation. If only this step failed, the node has joined, and klab sets the
	# annotation. It does so only then, because kubectl in a busy guest takes 20 s.
	if [ "$failed" = true ]; then
		joined
		annotate
	fi
fi
rm -f "$begun" /etc/klab/kubeadm-join.yaml
