#!/bin/bash
set -euo pipefail
kubectl apply --validate=false -f - <<'EOF'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: closed
  namespace: wall
spec:
  podSelector: {}
  policyTypes: [Ingress]
EOF
