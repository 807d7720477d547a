#!/bin/bash
# Course 2.6.1, wrong: kubelet on cgroupfs, docker on systemd. The last flag wins.
set -uo pipefail
[ ! -e /etc/default/kubelet ] || sed -i '/^KUBELET_EXTRA_ARGS=/d' /etc/default/kubelet
echo 'KUBELET_EXTRA_ARGS="--cgroup-driver=cgroupfs"' >>/etc/default/kubelet
systemctl restart kubelet.service
