#!/bin/bash
# Requests that fit into the quota.
set -euo pipefail

kubectl -n hotel set resources deployment rooms --requests=cpu=50m,memory=32Mi
