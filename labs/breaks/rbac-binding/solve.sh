#!/bin/bash
# A RoleBinding of the Role that is there.
set -euo pipefail

kubectl -n audit create rolebinding reporter-reads-pods --role=pod-reader --serviceaccount=audit:reporter
