#!/bin/bash
# A page that the program has.
set -euo pipefail

kubectl -n chat patch deployment room --type=json \
	-p '[{"op":"replace","path":"/spec/template/spec/containers/0/livenessProbe/httpGet/path","value":"/"}]'
