#!/bin/bash
set -euo pipefail
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: PersistentVolume
metadata:
  name: disk2
spec:
  capacity: { storage: 5Gi }
  accessModes: [ReadWriteOnce]
  storageClassName: slow
  persistentVolumeReclaimPolicy: Retain
  hostPath:
    path: /srv/disk2
    type: DirectoryOrCreate
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions:
            - { key: kubernetes.io/hostname, operator: In, values: [k8s-node02] }
EOF
for _ in $(seq 60); do
	[ "$(kubectl -n data get pvc archive -o jsonpath='{.status.phase}')" != Bound ] || exit 0
	sleep 3
done
exit 1
