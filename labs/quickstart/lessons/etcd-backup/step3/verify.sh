#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
want=$(cat /var/lib/klab/lesson/accounts.uid)
for name in etcd kube-apiserver kube-controller-manager kube-scheduler; do
	[ -s "/etc/kubernetes/manifests/$name.yaml" ] || no "/etc/kubernetes/manifests/$name.yaml is not there"
done
k get --raw /readyz >/dev/null 2>&1 || no "the API server is not ready (yet): docker ps -a"
have=$(k -n ledger get configmap accounts -o jsonpath='{.metadata.uid}' 2>/dev/null) ||
	no "there is no ConfigMap accounts in the namespace ledger"
[ "$have" = "$want" ] || no "this ConfigMap accounts is a new one, not the one of the snapshot"
