#!/bin/bash
# Breaks: a Role that is bound to nobody.
set -euo pipefail

# Nothing of an earlier time.
kubectl delete namespace audit --ignore-not-found --timeout=120s
kubectl apply --validate=false -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: audit
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: reporter
  namespace: audit
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: pod-reader
  namespace: audit
rules:
  - apiGroups: ['']
    resources: [pods]
    verbs: [get, list, watch]
YAML
