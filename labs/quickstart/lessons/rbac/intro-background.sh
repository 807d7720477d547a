#!/bin/bash
set -uo pipefail
kubectl create namespace team
rm -f /root/viewer.conf /root/anna.key /root/anna.csr /root/anna.crt
