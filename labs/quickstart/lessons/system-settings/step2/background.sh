#!/bin/bash
# Course 2.2.3 undone: no file keeps the settings, and two of them are off.
set -uo pipefail
rm -f /etc/sysctl.d/90-klab-kubernetes.conf /etc/sysctl.d/k8s.conf
[ ! -e /etc/sysctl.conf ] || sed -i -E '/^[^#]*(bridge-nf-call|ip_forward)/d' /etc/sysctl.conf
sysctl -q -w net.ipv4.ip_forward=0 net.bridge.bridge-nf-call-iptables=0
