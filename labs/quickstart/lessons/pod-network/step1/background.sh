#!/bin/bash
set -uo pipefail
rm -f /root/pod-range.txt
