#!/bin/bash
# The key that the ConfigMap has.
set -euo pipefail

kubectl -n weather patch deployment station --type=json \
	-p '[{"op":"replace","path":"/spec/template/spec/containers/0/env/0/valueFrom/configMapKeyRef/key","value":"town"}]'
