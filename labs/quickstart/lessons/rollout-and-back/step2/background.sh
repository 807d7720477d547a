#!/bin/bash
# A version with an image that is nowhere.
set -uo pipefail
patch='{"name":"web","image":"klab.local/probe:3","env":[{"name":"VERSION","value":"3"}]}'
kubectl -n roll patch deployment site -p "{\"spec\":{\"template\":{\"spec\":{\"containers\":[$patch]}}}}"
