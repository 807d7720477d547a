#!/bin/bash
set -u
k() { kubectl --request-timeout=20s "$@"; }
k -n data get pvc archive -o jsonpath='archive wants {.spec.resources.requests.storage} of the class {.spec.storageClassName}, {.spec.accessModes}'
echo
k get pv
