#!/bin/bash
set -u
k() { kubectl --request-timeout=20s "$@"; }
of() { k -n data get pvc archive -o jsonpath="{.spec.$1}"; }
echo "archive wants $(of resources.requests.storage) of the class $(of storageClassName), $(of accessModes)"
k get pv
