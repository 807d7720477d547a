#!/bin/bash
# Prints what the course's chapter 2 left in this guest: a fact a line, `key value`. It only looks and changes nothing;
# src/course judges whether it is right. On an emulated CPU every process costs, so bash itself reads the files.
# The functions are in the other files of this folder. klab sends them in front of this one (src/lab/check-script.ts).
# Arguments: the lab's runtime (docker, containerd, or empty), the node's role, the lab user, and which of the expensive
# parts are wanted (engine, versions, cluster): each starts large programs.

set -u
export LC_ALL=C
shopt -s nullglob
runtime=$1 role=$2 user=$3 parts=$4

wanted() { [ -n "$runtime" ] && [[ " $parts " == *" $1 "* ]]; }

hardware
repositories
units firewalld.service ufw.service nftables.service iptables.service \
	docker.service containerd.service kubelet.service \
	chronyd.service chrony.service ntpd.service ntp.service systemd-timesyncd.service
selinux
sysctls net.bridge.bridge-nf-call-ip6tables net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-arptables \
	net.ipv4.ip_forward net.ipv4.ip_forward_use_pmtu
modules ip_vs ip_vs_rr ip_vs_wrr ip_vs_sh nf_conntrack nf_conntrack_ipv4 br_netfilter
clock
completion "$user"
swap
lines hosts /etc/hosts
[ -z "$runtime" ] || kubelet_and_proxy
if wanted engine; then engine "$runtime"; fi
if wanted versions; then versions; fi
if wanted cluster && [ "$role" = control-plane ]; then control_plane "$user"; fi
fact end
