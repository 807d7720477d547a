#!/bin/bash
set -euo pipefail
echo 'source /etc/profile.d/bash_completion.sh' >>/root/.bashrc
