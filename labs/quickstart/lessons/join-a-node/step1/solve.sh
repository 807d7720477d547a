#!/bin/bash
set -euo pipefail
kubeadm token delete klab03 >/dev/null 2>&1 || true
kubeadm token create klab03.0123456789abcdef --ttl 4h --print-join-command
