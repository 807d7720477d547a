#!/bin/bash
# Course 2.3: docker with the systemd cgroup driver, enabled.

if ! command -v dockerd >/dev/null; then
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends docker.io apparmor
fi
mkdir -p /etc/docker
# 2.3.9: kubelet and docker must agree on the cgroup driver. Logs are bounded: a lab's disk is small.
cat >/etc/docker/daemon.json <<'CONF'
{
  "exec-opts": ["native.cgroupdriver=systemd"],
  "storage-driver": "overlay2",
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "2" }
}
CONF
systemctl unmask docker.service docker.socket containerd.service 2>/dev/null || true
systemctl enable docker.service
systemctl restart docker.service
docker info --format '{{.CgroupDriver}}' | grep -qx systemd
usermod -aG docker "$KLAB_USER"
