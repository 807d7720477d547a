#!/bin/bash
# Last step of baking a node image: removes everything that must differ between nodes, so that the next boot is a first
# boot.

# shellcheck source-path=SCRIPTDIR source=family.sh
. /usr/lib/klab/family.sh

systemctl stop docker.service docker.socket containerd.service 2>/dev/null || true
rm -rf /home/*/.ssh /root/.ssh /etc/ssh/ssh_host_* /var/lib/cloud /var/log/cloud-init* /var/log/klab \
	/var/log/journal/* /var/lib/systemd/random-seed \
	/var/lib/klab/lock /etc/klab /etc/docker/key.json /tmp/* /var/tmp/*
truncate -s 0 /etc/machine-id
rm -f /var/lib/dbus/machine-id
forget_network
rm -f /etc/hostname
sync
