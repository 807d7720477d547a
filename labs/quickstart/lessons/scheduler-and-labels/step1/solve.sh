#!/bin/bash
set -euo pipefail
kubectl label --overwrite node k8s-node02 disk=ssd
make_pod() {
	kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: fast
  namespace: place
spec:
  nodeSelector: { disk: ssd }
  terminationGracePeriodSeconds: 1
  containers:
    - name: shell
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sleep, '86400']
EOF
}
phase() { kubectl -n place get pod fast -o jsonpath='{.status.phase}'; }

make_pod
# kubelet hears of a label some time after the API server has it. Until then it turns the pod away for good.
until [ "$(phase)" = Running ]; do
	[ "$(phase)" != Failed ] || { kubectl -n place delete pod fast && make_pod; }
	sleep 3
done
