#!/bin/bash
set -euo pipefail
iptables -D INPUT -s 192.168.31.0/24 -p tcp --dport 10250 -m comment --comment "left over" -j DROP
