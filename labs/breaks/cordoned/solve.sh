#!/bin/bash
# All workers take pods again.
set -euo pipefail

kubectl uncordon k8s-node01 k8s-node02 k8s-node03
