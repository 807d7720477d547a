#!/bin/bash
# The port that the program listens at.
set -euo pipefail

kubectl -n train patch deployment tickets --type=json \
	-p '[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/port","value":8080}]'
