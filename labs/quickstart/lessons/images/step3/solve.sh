#!/bin/bash
set -euo pipefail
rm -f /data/my.tar
docker save -o /data/my.tar my.registry/pause:3.2 my.registry/coredns:1.7.0
