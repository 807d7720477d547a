#!/bin/bash
# A new claim, with the class of the volume: that of a claim cannot be changed.
set -euo pipefail

kubectl -n archive delete persistentvolumeclaim papers --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: papers
  namespace: archive
spec:
  storageClassName: local-disk
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
YAML
