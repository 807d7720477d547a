#!/bin/bash
set -uo pipefail
rm -f /data/needed.txt
