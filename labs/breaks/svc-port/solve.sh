#!/bin/bash
# The port that the pods listen at.
set -euo pipefail

kubectl -n library patch service books --type=json \
	-p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":8080}]'
