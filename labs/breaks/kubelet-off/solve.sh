#!/bin/bash
# kubelet runs, now and after the next start.
set -euo pipefail

ssh -n -o BatchMode=yes -o ConnectTimeout=15 node01 systemctl enable --now kubelet
