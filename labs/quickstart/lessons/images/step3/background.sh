#!/bin/bash
set -uo pipefail
rm -f /data/my.tar
