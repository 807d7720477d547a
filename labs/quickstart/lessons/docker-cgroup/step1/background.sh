#!/bin/bash
# Course 2.3.6 undone: docker does not run. Its socket would start it again.
set -uo pipefail
systemctl stop docker.socket docker.service
