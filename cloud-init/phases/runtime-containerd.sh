#!/bin/bash
# containerd as the runtime: CRI with the systemd cgroup driver (kubernetes.io, "Container runtimes", containerd).

# shellcheck source-path=SCRIPTDIR source=family.sh
. /usr/lib/klab/family.sh

containerd_install
# An image of one's own may have an older one: kubelet 1.26 and later speak only CRI v1.
have=$(containerd --version | awk '{ print $3 }' | tr -d v | cut -d '~' -f 1)
if [ "$(printf '%s\n' "$KLAB_CONTAINERD_MIN" "$have" | sort -V | head -n 1)" != "$KLAB_CONTAINERD_MIN" ]; then
	echo "containerd $have is too old: Kubernetes $KLAB_VERSION needs $KLAB_CONTAINERD_MIN or newer"
	exit 1
fi
mkdir -p /etc/containerd
cat >/etc/containerd/config.toml <<CONF
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$KLAB_PAUSE_IMAGE"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
CONF
cat >/etc/crictl.yaml <<'CONF'
runtime-endpoint: unix:///run/containerd/containerd.sock
image-endpoint: unix:///run/containerd/containerd.sock
timeout: 60
CONF
# docker.io brings containerd along in the built image; kubelet would otherwise find two runtimes.
systemctl disable --now docker.service docker.socket 2>/dev/null || true
systemctl unmask containerd.service 2>/dev/null || true
systemctl enable containerd.service
systemctl restart containerd.service
