#!/bin/bash
set -euo pipefail
kubectl taint node k8s-node03 team=red:NoSchedule-
kubectl label node k8s-node02 disk-
kubectl label node k8s-node01 zone-
