#!/bin/bash
set -euo pipefail
systemctl start docker.service
