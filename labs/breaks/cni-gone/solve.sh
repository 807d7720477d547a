#!/bin/bash
# flannel's configuration, from its ConfigMap.
set -euo pipefail

kubectl -n kube-system get configmap kube-flannel-cfg -o jsonpath='{.data.cni-conf\.json}' >/tmp/10-flannel.conflist
grep -q '"type": *"flannel"' /tmp/10-flannel.conflist
ssh -o BatchMode=yes -o ConnectTimeout=15 node02 'cat >/etc/cni/net.d/10-flannel.conflist' </tmp/10-flannel.conflist
rm -f /tmp/10-flannel.conflist
