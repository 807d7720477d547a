#!/bin/bash
set -uo pipefail
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: archive
  namespace: data
spec:
  storageClassName: slow
  accessModes: [ReadWriteOnce]
  resources:
    requests: { storage: 4Gi }
EOF
