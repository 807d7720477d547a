#!/bin/bash
# Course 2.3: docker with the systemd cgroup driver, enabled.

# shellcheck source-path=SCRIPTDIR source=family.sh
. /usr/lib/klab/family.sh

# Beside the course: packages from the user's own bundle, perhaps the runtime's.
install_handed

# 2.3.5: docker; klab's own image has it. With docker-ce also what it needs and its repository (2.3.2, 2.3.3).
docker_install

# Beside the course: to tell whether anything changes.
before=$(config_before /etc/docker/daemon.json)

# 2.3.7, 2.3.9: registry mirrors of the Labfile; the same cgroup driver as kubelet; limited logs for a small disk.
mkdir -p /etc/docker
echo '{' >/etc/docker/daemon.json
if [ "$KLAB_REGISTRY_MIRRORS" != "[]" ]; then
	cat >>/etc/docker/daemon.json <<CONF
  "registry-mirrors": $KLAB_REGISTRY_MIRRORS,
CONF
fi
cat >>/etc/docker/daemon.json <<CONF
  "exec-opts": ["native.cgroupdriver=systemd"],
  "storage-driver": "overlay2",
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "2" }
}
CONF

# 2.3.6, 2.3.8: now, and after a reboot.
systemctl unmask docker.service docker.socket containerd.service 2>/dev/null || true
systemctl enable docker.service

# Beside the course: a restart ends all containers, so only if something changed (klab provision on a running cluster).
driver() { docker info --format '{{.CgroupDriver}}' 2>/dev/null; }
if [ "$before" != "$(cat /etc/docker/daemon.json)" ] || [ "$(driver)" != systemd ]; then
	# 2.3.6, 2.3.7, 2.3.9:
	systemctl restart docker.service
	docker info --format '{{.CgroupDriver}}' | grep -qx systemd
	# Beside the course: otherwise nothing to do.
fi
config_read /etc/docker/daemon.json

# Beside the course: docker for the lab user.
usermod -aG docker "$KLAB_USER"
