#!/bin/bash
set -u
k() { kubectl --request-timeout=20s "$@"; }
echo "the Service asks for pods with: $(k -n shop get service hello -o jsonpath='{.spec.selector}')"
echo "and finds: $(k -n shop get endpoints hello -o jsonpath='{.subsets[*].addresses[*].ip}')"
