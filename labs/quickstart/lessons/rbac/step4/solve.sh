#!/bin/bash
set -euo pipefail
kubectl -n team create rolebinding developers --clusterrole=edit --group=developers
