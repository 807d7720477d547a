#!/bin/bash
# The systemd driver again, for docker first.
set -euo pipefail

ssh -o BatchMode=yes -o ConnectTimeout=15 node03 bash -s <<'SH'
set -euo pipefail
file=/etc/docker/daemon.json
sed -i 's/native.cgroupdriver=cgroupfs/native.cgroupdriver=systemd/' "$file"
grep -q 'native.cgroupdriver=systemd' "$file" || {
	echo "$file: not as expected"
	exit 1
}
systemctl restart docker
systemctl restart kubelet
SH
