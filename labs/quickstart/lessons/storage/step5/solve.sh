#!/bin/bash
set -euo pipefail
kubectl patch pv disk2 --type json -p '[{"op":"remove","path":"/spec/claimRef"}]'
for _ in $(seq 60); do
	[ "$(kubectl get pv disk2 -o jsonpath='{.status.phase}')" != Available ] || exit 0
	sleep 3
done
exit 1
