#!/bin/bash
set -euo pipefail
systemctl enable kubelet.service
