#!/bin/bash
set -u
k() { kubectl --request-timeout=20s "$@"; }
echo "lost asks for a node with: $(k -n place get deployment lost -o jsonpath='{.spec.template.spec.nodeSelector}')"
echo "nodes that have it: $(k get nodes -l zone=west -o name | tr '\n' ' ')"
