#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
driver=$(timeout 50 docker info --format '{{.CgroupDriver}}' 2>&1)
[ "$driver" = systemd ] || no "docker's cgroup driver: $driver; wanted: systemd"
systemctl -q is-active kubelet || no "kubelet does not run: journalctl -u kubelet -n 20"
