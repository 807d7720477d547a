#!/bin/bash
# A deployment whose pod asks for a label that no node has.
set -uo pipefail
kubectl label nodes --all zone- >/dev/null
kubectl apply --validate=false -f - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: lost
  namespace: place
spec:
  selector:
    matchLabels: { app: lost }
  template:
    metadata:
      labels: { app: lost }
    spec:
      nodeSelector: { zone: west }
      terminationGracePeriodSeconds: 1
      containers:
        - name: shell
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sleep, '86400']
EOF
