#!/bin/bash
# kubelet's certificate is still there; the file that names it is the same on every worker.
set -euo pipefail

ssh -n -o BatchMode=yes -o ConnectTimeout=15 node02 cat /etc/kubernetes/kubelet.conf >/tmp/kubelet.conf
# It names the certificate by its path, which is the same on all nodes.
grep -q 'client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem' /tmp/kubelet.conf || {
	echo "kubelet.conf of k8s-node02 is not as expected"
	exit 1
}
ssh -o BatchMode=yes -o ConnectTimeout=15 node03 \
	'umask 077; cat >/etc/kubernetes/kubelet.conf; systemctl restart kubelet' </tmp/kubelet.conf
rm -f /tmp/kubelet.conf
