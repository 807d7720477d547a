#!/bin/bash
# Repairs what somebody changed on a node that does not get Ready, and prints a line for each repair.
# Arguments: its name, its address and prefix on the lab's card, the lines of /etc/hosts, whether it has a way out, then
# the units.
name=$1 address=$2 hosts=$3 internet=$4
shift 4

was=$(cat /proc/sys/kernel/hostname)
if [ "$was" != "$name" ]; then
	hostnamectl set-hostname "$name" ||
		{ echo "$name" >/etc/hostname && echo "$name" >/proc/sys/kernel/hostname; } || true
	echo "its hostname was $was: $name again"
	restart=true
fi

while read -r ip host; do
	# The first line with the name counts.
	is=$(awk -v host="$host" '
		{ sub(/#.*/, ""); for (i = 2; i <= NF; i++) if ($i == host) { print $1; exit } }' /etc/hosts)
	[ "$is" != "$ip" ] || continue
	sed -i "/^[^#]*[[:space:]]$host\([[:space:]]\|\$\)/d" /etc/hosts
	echo "$ip $host" >>/etc/hosts
	echo "/etc/hosts had ${is:-no address} for $host: $ip again"
done <<<"$hosts"

if [ -e /sys/class/net/lab0 ] && ! ip -4 -o addr show dev lab0 | grep -q " ${address%/*}/"; then
	other=$(ip -4 -o addr show dev lab0 | awk '{ print $4; exit }')
	ip -4 addr flush dev lab0 scope global || true
	{ ip link set lab0 up && ip addr add "$address" dev lab0; } || true
	# Without a default route the kernel refuses a service address before kube-proxy's rules see the packet.
	[ "$internet" = true ] || ip -4 route show default | grep -q . || ip route add default dev lab0 || true
	echo "its card lab0 had ${other:-no address}: $address again"
	restart=true
fi

for unit in "$@"; do
	if systemctl -q is-active "$unit"; then
		[ "$unit" != kubelet ] || [ "${restart:-false}" = false ] || systemctl restart kubelet
		continue
	fi
	was=$(systemctl is-enabled "$unit" 2>/dev/null) || true
	{ systemctl unmask "$unit" && systemctl enable --now "$unit"; } || true
	echo "$unit was stopped and ${was:-unknown}: $(systemctl is-active "$unit" || true)"
done
