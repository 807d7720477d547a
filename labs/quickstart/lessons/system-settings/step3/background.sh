#!/bin/bash
# Course 2.2.4 undone: no list for the next boot, and no modules where nobody uses them.
set -uo pipefail
rm -f /etc/modules-load.d/klab-ipvs.conf /etc/modules-load.d/ipvs.conf
modprobe -r ip_vs_sh ip_vs_wrr ip_vs_rr ip_vs 2>/dev/null || echo "some modules are in use and stay"
