#!/bin/bash
set -euo pipefail
docker load -i /data/my.tar
