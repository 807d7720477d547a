#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
of() { grep client-certificate-data "$1" 2>/dev/null | sha256sum; }
[ "$(of /etc/kubernetes/admin.conf)" != "$(cat /var/lib/klab/lesson/admin.sum)" ] ||
	no "/etc/kubernetes/admin.conf still has the old certificate"
[ "$(of /root/.kube/config)" = "$(of /etc/kubernetes/admin.conf)" ] ||
	no "/root/.kube/config has another certificate than admin.conf"
k --kubeconfig=/root/.kube/config get nodes >/dev/null || no "kubectl does not work with /root/.kube/config"
