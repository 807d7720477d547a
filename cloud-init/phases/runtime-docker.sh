#!/bin/bash
# Course 2.3: docker with the systemd cgroup driver, enabled.

# shellcheck source-path=SCRIPTDIR source=family.sh
. /usr/lib/klab/family.sh

docker_install
mkdir -p /etc/docker
# 2.3.7: the mirrors of the Labfile, JSON already.
mirrors=
if [ "$KLAB_REGISTRY_MIRRORS" != '[]' ]; then mirrors="  \"registry-mirrors\": $KLAB_REGISTRY_MIRRORS,"$'\n'; fi
# 2.3.9: kubelet and docker must agree on the cgroup driver. Logs are bounded: a lab's disk is small.
cat >/etc/docker/daemon.json <<CONF
{
$mirrors  "exec-opts": ["native.cgroupdriver=systemd"],
  "storage-driver": "overlay2",
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "2" }
}
CONF
systemctl unmask docker.service docker.socket containerd.service 2>/dev/null || true
# 2.3.8
systemctl enable docker.service
systemctl restart docker.service
docker info --format '{{.CgroupDriver}}' | grep -qx systemd
usermod -aG docker "$KLAB_USER"
