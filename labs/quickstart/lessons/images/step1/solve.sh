#!/bin/bash
set -euo pipefail
mkdir -p /data
kubeadm config images list --kubernetes-version v1.23.17 >/data/needed.txt
