#!/bin/bash
set -uo pipefail
rm -f /root/init.txt
