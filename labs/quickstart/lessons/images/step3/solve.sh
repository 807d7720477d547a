#!/bin/bash
set -euo pipefail
rm -f /data/my.tar
docker save -o /data/my.tar my.registry/pause:3.6 my.registry/coredns:v1.8.6
