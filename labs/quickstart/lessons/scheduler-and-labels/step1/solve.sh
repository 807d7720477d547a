#!/bin/bash
set -euo pipefail
kubectl label --overwrite node k8s-node02 disk=ssd
kubectl apply -f - <<'EOF'
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
kubectl -n place wait --for=condition=Ready pod/fast --timeout=300s
