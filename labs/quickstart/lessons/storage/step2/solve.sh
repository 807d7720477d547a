#!/bin/bash
set -euo pipefail
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: notes
  namespace: data
spec:
  storageClassName: manual
  accessModes: [ReadWriteOnce]
  resources:
    requests: { storage: 500Mi }
EOF
for _ in $(seq 60); do
	[ "$(kubectl -n data get pvc notes -o jsonpath='{.status.phase}')" != Bound ] || exit 0
	sleep 3
done
exit 1
