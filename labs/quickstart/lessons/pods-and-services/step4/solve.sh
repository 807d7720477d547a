#!/bin/bash
set -euo pipefail
kubectl -n shop patch service hello \
  -p '{"spec":{"type":"NodePort","ports":[{"port":80,"targetPort":8080,"nodePort":30080}]}}'
