#!/bin/bash
set -euo pipefail
kubectl taint --overwrite node k8s-node03 team=red:NoSchedule
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: red
  namespace: place
spec:
  nodeSelector: { kubernetes.io/hostname: k8s-node03 }
  tolerations:
    - { key: team, operator: Equal, value: red, effect: NoSchedule }
  terminationGracePeriodSeconds: 1
  containers:
    - name: shell
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sleep, '86400']
EOF
kubectl -n place wait --for=condition=Ready pod/red --timeout=300s
