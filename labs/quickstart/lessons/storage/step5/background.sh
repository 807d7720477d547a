#!/bin/bash
set -uo pipefail
kubectl -n data delete pvc archive
for _ in $(seq 60); do
	[ "$(kubectl get pv disk2 -o jsonpath='{.status.phase}')" != Released ] || break
	sleep 3
done
