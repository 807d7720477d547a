#!/bin/bash
# The image that the nodes have.
set -euo pipefail

kubectl -n museum set image deployment/guide web=klab.local/probe:1
