#!/bin/bash
# A new pod of Calico: its init container writes the file anew.
set -euo pipefail

kubectl -n kube-system delete pod -l k8s-app=calico-node --field-selector spec.nodeName=k8s-node02 --timeout=120s
# The file has the node's name in it, so that of another node would not do.
for _ in $(seq 60); do
	if ssh -n -o BatchMode=yes -o ConnectTimeout=15 node02 test -s /etc/cni/net.d/10-calico.conflist; then exit 0; fi
	sleep 3
done
echo 'no pod of Calico has written /etc/cni/net.d/10-calico.conflist'
exit 1
