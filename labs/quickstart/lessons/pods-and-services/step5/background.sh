#!/bin/bash
# The selector has a typing error; its endpoints go.
set -uo pipefail
kubectl -n shop patch service hello -p '{"spec":{"selector":{"app":"helo"}}}'
for _ in $(seq 40); do
	[ -n "$(kubectl -n shop get endpoints hello -o jsonpath='{.subsets}')" ] || break
	sleep 3
done
