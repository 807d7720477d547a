#!/bin/bash
# Course 2.2: firewall, SELinux, bridge filter, IPVS modules, time zone, completion, swap, hosts.
# `klab explain` prints the lines below each `# SECTION:` with the lab's settings filled in, up to the next such line or `# Beside the course:`.

# 2.2.1: no firewall between the nodes.
for unit in firewalld ufw nftables; do
	if systemctl list-unit-files "$unit.service" --no-legend 2>/dev/null | grep -q enabled; then
		systemctl disable --now "$unit.service"
	fi
done

# 2.2.2: SELinux off, now and after a reboot, where it exists.
if command -v getenforce >/dev/null && [ "$(getenforce)" != Disabled ]; then
	setenforce 0
	sed -i 's/^SELINUX=.*/SELINUX=disabled/' /etc/selinux/config
fi

# 2.2.3: bridged packets pass iptables, forwarding on. The keys exist only once br_netfilter is loaded.
printf '%s\n' overlay br_netfilter >/etc/modules-load.d/klab-kubernetes.conf
modprobe -a overlay br_netfilter
cat >/etc/sysctl.d/90-klab-kubernetes.conf <<'CONF'
net.bridge.bridge-nf-call-ip6tables = 1
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-arptables = 1
net.ipv4.ip_forward = 1
net.ipv4.ip_forward_use_pmtu = 0
CONF
sysctl -q -p /etc/sysctl.d/90-klab-kubernetes.conf

# 2.2.4: IPVS. The course's nf_conntrack_ipv4 became nf_conntrack in Linux 4.19.
if [ "$KLAB_IPVS" = true ]; then
	conntrack=nf_conntrack
	modinfo -n nf_conntrack_ipv4 >/dev/null 2>&1 && conntrack=nf_conntrack_ipv4
	printf '%s\n' ip_vs ip_vs_rr ip_vs_wrr ip_vs_sh "$conntrack" >/etc/modules-load.d/klab-ipvs.conf
	modprobe -a ip_vs ip_vs_rr ip_vs_wrr ip_vs_sh "$conntrack"
else
	rm -f /etc/modules-load.d/klab-ipvs.conf
fi

# 2.2.5: the zone; the clock itself comes from the hypervisor.
ln -sfn "/usr/share/zoneinfo/$KLAB_TIMEZONE" /etc/localtime
[ ! -e /etc/timezone ] || echo "$KLAB_TIMEZONE" >/etc/timezone

# 2.2.6: completion; klab's own image has it.
if [ ! -e /usr/share/bash-completion/bash_completion ]; then
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends bash-completion
fi

# 2.2.7: swap off, now and after a reboot.
swapoff -a
[ ! -e /etc/fstab ] || sed -i -E 's/^([^#][^[:space:]]*[[:space:]]+[^[:space:]]+[[:space:]]+swap[[:space:]].*)$/#\1/' /etc/fstab

# 2.2.8: every node by name, from the node table (a node image is baked without). cloud-init wrote the same at the first boot.
if [ -n "${KLAB_HOSTS:-}" ]; then
	while read -r ip name; do
		sed -i -E "/^[^#]*[[:space:]]$name([[:space:]]|\$)/d" /etc/hosts
		echo "$ip $name" >>/etc/hosts
	done <<<"$KLAB_HOSTS"
fi

# Beside the course: a resolver that exists: kubelet hands this file to CoreDNS, which refuses to start without a name server. 10.0.2.3 is QEMU's own (slirp).
[ -s /etc/resolv.conf ] || echo 'nameserver 10.0.2.3' >/etc/resolv.conf
