#!/bin/bash
set -uo pipefail
rm -f /root/apiserver-end.txt
