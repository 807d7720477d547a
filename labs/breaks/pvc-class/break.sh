#!/bin/bash
# Breaks: a claim asks for another storage class than the volume has.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace archive --ignore-not-found --timeout=120s
kubectl delete persistentvolume archive-disk --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: archive
---
apiVersion: v1
kind: PersistentVolume
metadata:
  name: archive-disk
spec:
  storageClassName: local-disk
  capacity:
    storage: 1Gi
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  hostPath:
    path: /srv/archive
    type: DirectoryOrCreate
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: papers
  namespace: archive
spec:
  storageClassName: local-disks
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: papers
  namespace: archive
spec:
  replicas: 1
  selector:
    matchLabels:
      app: papers
  template:
    metadata:
      labels:
        app: papers
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      volumes:
        - name: papers
          persistentVolumeClaim:
            claimName: papers
      containers:
        - name: web
          image: klab.local/probe:1
          imagePullPolicy: IfNotPresent
          command: [sh, -c, 'mkdir -p /tmp/www && hostname >/tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www']
          ports:
            - containerPort: 8080
          volumeMounts:
            - name: papers
              mountPath: /papers
YAML
