#!/bin/bash
set -euo pipefail
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: writer
  namespace: data
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: shell
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sh, -c, 'echo "written by $(hostname)" >>/data/note.txt; sleep 86400']
      volumeMounts:
        - { name: notes, mountPath: /data }
  volumes:
    - name: notes
      persistentVolumeClaim: { claimName: notes }
EOF
kubectl -n data wait --for=condition=Ready pod/writer --timeout=300s
for _ in $(seq 30); do
	kubectl -n data exec writer -- cat /data/note.txt && break
	sleep 3
done
kubectl -n data delete pod writer
kubectl apply --validate=false -f - <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: reader
  namespace: data
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: shell
      image: klab.local/probe:1
      imagePullPolicy: IfNotPresent
      command: [sleep, '86400']
      volumeMounts:
        - { name: notes, mountPath: /data }
  volumes:
    - name: notes
      persistentVolumeClaim: { claimName: notes }
EOF
kubectl -n data wait --for=condition=Ready pod/reader --timeout=300s
