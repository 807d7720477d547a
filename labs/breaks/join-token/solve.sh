#!/bin/bash
# A new token, and the whole command with it.
set -euo pipefail

kubeadm token create --print-join-command >/root/join.sh
