#!/bin/bash
# The taint is taken away.
set -euo pipefail

kubectl taint nodes k8s-node03 test-
