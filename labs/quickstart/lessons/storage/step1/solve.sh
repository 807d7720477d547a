#!/bin/bash
set -euo pipefail
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: PersistentVolume
metadata:
  name: disk1
spec:
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteOnce]
  storageClassName: manual
  persistentVolumeReclaimPolicy: Retain
  hostPath:
    path: /srv/disk1
    type: DirectoryOrCreate
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions:
            - { key: kubernetes.io/hostname, operator: In, values: [k8s-node01] }
EOF
