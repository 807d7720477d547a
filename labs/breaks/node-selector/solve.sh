#!/bin/bash
# The label that the deployment asks for.
set -euo pipefail

kubectl label node k8s-node02 disk=ssd --overwrite
