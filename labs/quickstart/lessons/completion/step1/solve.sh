#!/bin/bash
set -euo pipefail
mkdir -p /etc/bash_completion.d
kubectl completion bash >/etc/bash_completion.d/kubectl
