#!/bin/bash
set -euo pipefail
systemctl enable docker.service
