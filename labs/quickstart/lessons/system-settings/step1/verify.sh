#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
timeout 5 bash -c '</dev/tcp/192.168.31.62/10250' 2>/dev/null ||
	no "port 10250 of k8s-node01 does not answer: look at iptables -L INPUT -n, and at systemctl status kubelet"
