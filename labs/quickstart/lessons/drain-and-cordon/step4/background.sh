#!/bin/bash
# Both pods onto k8s-node02, and a budget that lets none of them go.
set -uo pipefail
kubectl cordon k8s-node01
kubectl cordon k8s-node03
kubectl -n shift delete pods -l app=calm
# The Deployment's own count is behind for a moment: the pods themselves are counted.
for _ in $(seq 60); do
	there=$(kubectl -n shift get pods --no-headers --field-selector spec.nodeName=k8s-node02,status.phase=Running | wc -l)
	[ "$there" -lt 2 ] || break
	sleep 3
done
kubectl uncordon k8s-node01
kubectl uncordon k8s-node03
kubectl apply --validate=false -f - <<'EOF'
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: calm
  namespace: shift
spec:
  minAvailable: 2
  selector:
    matchLabels: { app: calm }
EOF
