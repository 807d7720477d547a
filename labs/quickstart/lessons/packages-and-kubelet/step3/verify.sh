#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
! grep -q 'cgroup-driver=cgroupfs' /etc/default/kubelet || no "/etc/default/kubelet still says cgroupfs"
systemctl -q is-active kubelet || no "kubelet does not run: journalctl -u kubelet -n 20"
