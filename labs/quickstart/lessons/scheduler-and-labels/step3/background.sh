#!/bin/bash
# A pod that asks for a label that no node has.
set -uo pipefail
kubectl label nodes --all zone- >/dev/null
kubectl apply -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: lost
  namespace: place
spec:
  nodeSelector: { zone: west }
  terminationGracePeriodSeconds: 1
  containers:
    - name: shell
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sleep, '86400']
EOF
