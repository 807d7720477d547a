#!/bin/bash
# containerd as the runtime, where the course has docker (2.3): CRI with the systemd cgroup driver (kubernetes.io,
# "Container runtimes", containerd).

# shellcheck source-path=SCRIPTDIR source=family.sh
. /usr/lib/klab/family.sh

# Beside the course: packages from the user's own bundle, perhaps the runtime's.
install_handed

# 2.3.5: containerd; klab's own image has it, and a bundle may bring a newer one.
if containerd_from_bundle; then
	echo "containerd from the bundle"
else
	containerd_install
fi

# Beside the course: your own image may have a containerd that is too old for kubelet.
have=$(containerd --version | awk '{ print $3 }' | tr -d v | cut -d '~' -f 1)
if [ "$(printf '%s
' "$KLAB_CONTAINERD_MIN" "$have" | sort -V | head -n 1)" != "$KLAB_CONTAINERD_MIN" ]; then
	echo "containerd $have is too old: Kubernetes $KLAB_VERSION needs $KLAB_CONTAINERD_MIN or newer"
	exit 1
fi

# Beside the course: to tell whether anything changes.
before=$(config_before /etc/containerd/config.toml)

# 2.3.7, 2.3.9: registry mirrors, if the Labfile names some; the systemd cgroup driver.
mkdir -p /etc/containerd
if [ "${have%%.*}" -ge 2 ]; then
	# containerd 2.x: docs/cri/config.md. Each mirror has its own folder there.
	cat >/etc/containerd/config.toml <<CONF
version = 3
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "$KLAB_PAUSE_IMAGE"
[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/certs.d"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
    SystemdCgroup = true
CONF
	rm -f /etc/containerd/certs.d/docker.io/hosts.toml
	if [ "$KLAB_REGISTRY_MIRRORS" != "[]" ]; then
		mkdir -p /etc/containerd/certs.d/docker.io
		tr -d '[]" ' <<<"$KLAB_REGISTRY_MIRRORS" | tr , '\n' | sed 's#.*#[host."&"]#' \
			>/etc/containerd/certs.d/docker.io/hosts.toml
		# klab check looks for them here.
		echo "# registry mirrors of docker.io: $KLAB_REGISTRY_MIRRORS" >>/etc/containerd/config.toml
	fi
else
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
	if [ "$KLAB_REGISTRY_MIRRORS" != "[]" ]; then
		cat >>/etc/containerd/config.toml <<CONF
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
  endpoint = $KLAB_REGISTRY_MIRRORS
CONF
	fi
fi

# 2.3.6, 2.3.8: now, and after a reboot. klab's own image also has docker.io, and kubelet must not find two runtimes.
systemctl disable --now docker.service docker.socket 2>/dev/null || true
systemctl unmask containerd.service 2>/dev/null || true
systemctl enable containerd.service

# Beside the course: a restart only if something changed.
if [ "$before" != "$(cat /etc/containerd/config.toml)" ] || ! systemctl -q is-active containerd.service; then
	# 2.3.6, 2.3.7, 2.3.9:
	systemctl restart containerd.service
	# Beside the course: otherwise nothing to do.
fi
config_read /etc/containerd/config.toml

# Beside the course: tell crictl where it is.
cat >/etc/crictl.yaml <<'CONF'
runtime-endpoint: unix:///run/containerd/containerd.sock
image-endpoint: unix:///run/containerd/containerd.sock
timeout: 60
CONF
