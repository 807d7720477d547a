#!/bin/bash
set -uo pipefail
rm -f /root/versions.txt
