#!/bin/bash
# Keeps the CA's hash and klab's flags of kubelet, then resets this node.
set -uo pipefail
ca=/etc/kubernetes/pki/ca.crt
if [ -s "$ca" ]; then
	hash=$(openssl x509 -pubkey -noout -in "$ca" | openssl pkey -pubin -outform der | sha256sum)
	echo "sha256:${hash%% *}" >/root/ca-hash
fi
# On a slow host klab starts kubelet with patient flags; a plain join does not know them.
flags=$(sed -n 's/^KUBELET_KUBEADM_ARGS="\(.*\)"$/\1/p' /var/lib/kubelet/kubeadm-flags.env 2>/dev/null)
if [ -n "$flags" ] && { [ ! -e /etc/default/kubelet ] || grep -qx 'KUBELET_EXTRA_ARGS=' /etc/default/kubelet; }; then
	echo "KUBELET_EXTRA_ARGS=\"$flags\"" >/etc/default/kubelet
fi
kubeadm reset -f --cri-socket /var/run/dockershim.sock
ip link delete vxlan.calico 2>/dev/null
rm -f /etc/cni/net.d/10-calico.conflist /etc/cni/net.d/calico-kubeconfig /var/lib/calico/nodename
