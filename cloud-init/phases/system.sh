#!/bin/bash
# Course 2.1 (mirror, kernel), 2.2: firewall, SELinux, bridge filter, IPVS modules, time zone, completion, swap, hosts.
# `klab explain` prints the functions that a section calls (family-*.sh), then the lines below its `# SECTION:`, with
# the lab's settings filled in, up to the next such line or `# Beside the course:`.

# shellcheck source-path=SCRIPTDIR source=family.sh
. /usr/lib/klab/family.sh

# Beside the course: an image that this Kubernetes cannot run on.
if [ -n "$MINOR" ] && [ "$MINOR" -lt 19 ] && [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
	echo "Kubernetes $KLAB_VERSION knows cgroup v1 only, and this image runs v2:" \
		'take an older image (CentOS 7, Rocky 8), or Kubernetes 1.19 or later'
	exit 1
fi
if [ -n "$MINOR" ] && [ "$MINOR" -ge 35 ] && [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; then
	echo "Kubernetes $KLAB_VERSION runs on cgroup v2 only, and this image runs v1:" \
		'take a newer image (debian-12, Rocky 9), or Kubernetes 1.34 or older'
	exit 1
fi

# 2.1-mirror: the distribution's repositories.
os_repositories

# 2.1-kernel: the kernel, where the Labfile asks for another.
if [ "$KLAB_KERNEL" = lt ]; then
	kernel_lt
fi

# 2.2.1: no firewall between the nodes.
for unit in "${FIREWALLS[@]}"; do
	if systemctl list-unit-files "$unit.service" --no-legend 2>/dev/null | grep -q enabled; then
		systemctl stop "$unit.service"
		systemctl disable "$unit.service"
	fi
done

# 2.2.2: if there is SELinux, it forbids nothing, now and after a reboot.
selinux_permissive

# 2.2.6: completion, and what 2.2.4, 2.2.5 and kubeadm's preflight need. klab's own image has all of it.
if [ -n "$KLAB_VERSION" ]; then
	install_packages "${NODE_PACKAGES[@]}"
fi

# 2.2.3: bridged packets go through iptables, and forwarding is on. The keys exist only after br_netfilter is loaded.
printf '%s\n' overlay br_netfilter >/etc/modules-load.d/klab-kubernetes.conf
modprobe -a overlay br_netfilter
cat >/etc/sysctl.d/90-klab-kubernetes.conf <<'CONF'
net.bridge.bridge-nf-call-ip6tables = 1
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-arptables = 1
net.ipv4.ip_forward = 1
net.ipv4.ip_forward_use_pmtu = 0
CONF
# -e: the last key came with Linux 3.14, and the course's kernel is 3.10. The ones that matter are looked at.
sysctl -e -q -p /etc/sysctl.d/90-klab-kubernetes.conf
for key in net.bridge.bridge-nf-call-iptables net.ipv4.ip_forward; do [ "$(sysctl -n "$key")" = 1 ]; done

# 2.2.4: IPVS.
if [ "$KLAB_IPVS" = true ]; then
	ipvs_at_boot ip_vs ip_vs_rr ip_vs_wrr ip_vs_sh
else
	ipvs_at_boot
fi

# 2.2.5: the zone, and the clock.
ln -sfn "/usr/share/zoneinfo/$KLAB_TIMEZONE" /etc/localtime
[ ! -e /etc/timezone ] || echo "$KLAB_TIMEZONE" >/etc/timezone
time_sync

# 2.2.7: swap off, now and after a reboot.
swapoff -a
[ ! -e /etc/fstab ] ||
	sed -i -E 's/^([^#][^[:space:]]*[[:space:]]+[^[:space:]]+[[:space:]]+swap[[:space:]].*)$/#\1/' /etc/fstab

# 2.2.8: every node by name, from the node table; cloud-init wrote the same at the first boot.
if [ -n "${KLAB_HOSTS:-}" ]; then
	while read -r ip name; do
		sed -i -E "/^[^#]*[[:space:]]$name([[:space:]]|\$)/d" /etc/hosts
		echo "$ip $name" >>/etc/hosts
	done <<<"$KLAB_HOSTS"
fi

# Beside the course: a name server. kubelet gives this file to CoreDNS, which does not start without one. 10.0.2.3 is
# QEMU's own (slirp).
[ -s /etc/resolv.conf ] || echo 'nameserver 10.0.2.3' >/etc/resolv.conf
