#!/bin/bash
set -euo pipefail
mkdir -p /data
kubeadm config images list --kubernetes-version v1.20.2 >/data/needed.txt
