#!/bin/bash
# What the course's chapter 2 left in this guest: a fact a line, `key value`. Looks and changes nothing; whether it is
# right is klab's to judge (src/course). On an emulated CPU every process costs, so files are read by bash itself.
# Arguments: the lab's runtime (docker, containerd, or empty), the node's role, the lab user, and which of the expensive
# parts are wanted (engine, versions, cluster): each starts large programs.

# shellcheck disable=SC2094 # `fact "$file"` names a file, it does not write to it

set -u
export LC_ALL=C
shopt -s nullglob
runtime=$1 role=$2 user=$3 parts=$4

wanted() { [ -n "$runtime" ] && [[ " $parts " == *" $1 "* ]]; }

fact() { printf '%s\n' "$*"; }

# A file's text on one line, its words as they are.
flat() { # key file
	local lines
	[ -r "$2" ] || return 0
	mapfile -t lines <"$2"
	fact "$1" "${lines[*]}"
}

# Files that are there.
files() { # file...
	local file
	for file; do [ ! -e "$file" ] || fact file "$file"; done
}

# Which lines of a file say something: no comments, nothing empty; blanks folded.
lines() { # key file
	local line
	[ -r "$2" ] || return 0
	while read -r line || [ -n "$line" ]; do
		case $line in '' | \#*) continue ;; esac
		read -ra words <<<"$line"
		fact "$1" "${words[*]}"
	done <"$2"
}

hardware() {
	local cpus=(/sys/devices/system/cpu/cpu[0-9]*) key kib _ block size
	fact cpus "${#cpus[@]}"
	while read -r key kib _; do
		[ "$key" != MemTotal: ] || fact memory "$kib"
	done </proc/meminfo
	for block in /sys/block/*/size; do
		read -r size <"$block"
		fact disk "$((size * 512))"
	done
	read -r key </proc/sys/kernel/osrelease && fact kernel "$key"
	read -r key </proc/sys/kernel/hostname && fact hostname "$key"
	lines os /etc/os-release
	ip -4 -o addr show 2>/dev/null | while read -r _ key _ size _; do fact address "$key" "$size"; done
}

repositories() {
	local file line
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
		/etc/yum.repos.d/*.repo; do
		[ -r "$file" ] || continue
		while read -r line || [ -n "$line" ]; do
			case $line in deb\ * | URIs:* | baseurl=* | mirrorlist=* | metalink=*) fact repo "$file" "$line" ;; esac
		done <"$file"
	done
}

# One call for all units: state now, and after a reboot.
units() {
	local line id='' load='' active='' file=''
	systemctl show -p Id -p LoadState -p ActiveState -p UnitFileState "$@" 2>/dev/null | {
		while read -r line || [ -n "$line" ]; do
			case $line in
			Id=*) id=${line#*=} ;;
			LoadState=*) load=${line#*=} ;;
			ActiveState=*) active=${line#*=} ;;
			UnitFileState=*) file=${line#*=} ;;
			'')
				[ -z "$id" ] || fact unit "$id" "$load" "$active" "${file:-none}"
				id='' load='' active='' file=''
				;;
			esac
		done
		[ -z "$id" ] || fact unit "$id" "$load" "$active" "${file:-none}"
	}
}

selinux() {
	local now line
	if [ -r /sys/fs/selinux/enforce ]; then
		read -r now </sys/fs/selinux/enforce
		fact selinux "$now"
	fi
	[ -r /etc/selinux/config ] || return 0
	while read -r line; do
		case $line in SELINUX=*) fact selinux.conf "${line#*=}" ;; esac
	done </etc/selinux/config
}

# Now, and what the files say of it for the next boot; later files win, /etc/sysctl.conf last (sysctl --system).
sysctls() {
	local key value file line
	for key; do
		[ -r "/proc/sys/${key//.//}" ] || continue
		read -r value <"/proc/sys/${key//.//}"
		fact sysctl "$key" "$value"
	done
	for file in /usr/lib/sysctl.d/*.conf /run/sysctl.d/*.conf /etc/sysctl.d/*.conf /etc/sysctl.conf; do
		[ -r "$file" ] || continue
		while read -r line || [ -n "$line" ]; do
			case $line in '' | \#* | \;*) continue ;; esac
			for key; do
				[[ $line =~ ^-?${key//./\\.}[[:space:]]*=[[:space:]]*([^[:space:]]+) ]] &&
					fact sysctl.conf "$key" "${BASH_REMATCH[1]}" "$file"
			done
		done <"$file"
	done
}

modules() {
	local name rest file line loaded=' ' word
	if [ -r /proc/modules ]; then
		while read -r name rest; do loaded+="$name "; done </proc/modules
	fi
	for name; do
		# Built into the kernel: no line in /proc/modules.
		if [[ $loaded == *" $name "* ]] || [ -d "/sys/module/$name" ]; then fact module "$name"; fi
	done
	for file in /etc/modules /usr/lib/modules-load.d/*.conf /etc/modules-load.d/*.conf \
		/etc/sysconfig/modules/*.modules; do
		[ -r "$file" ] || continue
		while read -r line || [ -n "$line" ]; do
			case $line in '' | \#*) continue ;; esac
			for word in $line; do
				for name; do [ "$word" != "$name" ] || fact module.conf "$name" "$file"; done
			done
		done <"$file"
	done
}

clock() {
	printf 'epoch %(%s)T\n' -1
	printf 'offset %(%z)T\n' -1
	fact zone "$(readlink /etc/localtime || :)"
}

completion() {
	local file text word
	files /usr/share/bash-completion/bash_completion /etc/profile.d/bash_completion.sh
	for word in kubectl kubeadm; do
		files "/etc/bash_completion.d/$word" "/usr/share/bash-completion/completions/$word"
		for file in /root/.bashrc /root/.bash_profile "/home/$user/.bashrc" /etc/bash.bashrc /etc/bashrc /etc/profile \
			/etc/profile.d/*.sh; do
			[ -r "$file" ] || continue
			text=$(<"$file")
			case $text in *"$word completion bash"*) fact completion "$word" "$file" ;; esac
		done
	done
}

swap() {
	local line _
	{
		read -r _
		while read -r line; do fact swap "$line"; done
	} </proc/swaps
	[ -r /etc/fstab ] || return 0
	while read -r line || [ -n "$line" ]; do
		[[ $line =~ ^[^#[:space:]][^[:space:]]*[[:space:]]+[^[:space:]]+[[:space:]]+swap([[:space:]]|$) ]] &&
			fact fstab "$line"
	done </etc/fstab
}

engine() {
	local said ref
	case $runtime in
	docker)
		flat daemon.json /etc/docker/daemon.json
		command -v docker >/dev/null || return 0
		fact program docker
		local format='{{.ServerVersion}} {{.CgroupDriver}} {{json .RegistryConfig.Mirrors}}'
		if said=$(timeout 60 docker info --format "$format" 2>&1); then
			fact docker "${said//$'\n'/ }"
			docker images --format '{{.Repository}}:{{.Tag}}' | while read -r ref; do fact image "$ref"; done
		else
			fact docker.error "${said//$'\n'/ }"
		fi
		;;
	containerd)
		lines containerd.conf /etc/containerd/config.toml
		command -v containerd >/dev/null || return 0
		fact program containerd
		read -r _ _ said _ < <(containerd --version)
		fact containerd "$said"
		ctr -n k8s.io images ls -q 2>/dev/null | while read -r ref; do fact image "$ref"; done
		;;
	esac
}

versions() {
	local said line
	if command -v kubeadm >/dev/null; then fact version kubeadm "$(kubeadm version -o short 2>&1)"; fi
	if command -v kubelet >/dev/null; then
		said=$(kubelet --version 2>&1)
		fact version kubelet "${said##* }"
	fi
	if command -v kubectl >/dev/null; then
		while read -r line said; do
			[ "$line" != gitVersion: ] || fact version kubectl "$said"
		done < <(kubectl version --client -o yaml 2>&1)
	fi
}

kubelet_and_proxy() {
	local said line file
	for file in /etc/default/kubelet /etc/sysconfig/kubelet /var/lib/kubelet/kubeadm-flags.env; do
		lines "kubelet.args" "$file"
	done
	if [ -r /var/lib/kubelet/config.yaml ]; then
		fact kubelet.config
		while read -r line; do
			case $line in cgroupDriver:*) fact kubelet.cgroupDriver "${line#*: }" ;; esac
		done </var/lib/kubelet/config.yaml
	fi
	files /etc/kubernetes/kubelet.conf /etc/cni/net.d/*.conf /etc/cni/net.d/*.conflist
	# kube-proxy says itself which mode it really took (its /proxyMode).
	if [ -e /etc/kubernetes/kubelet.conf ] && { exec 3<>/dev/tcp/127.0.0.1/10249; } 2>/dev/null; then
		printf 'GET /proxyMode HTTP/1.0\r\n\r\n' >&3
		said=''
		while read -r -t 20 line <&3 || [ -n "$line" ]; do
			said=${line%$'\r'}
			line=''
		done
		exec 3>&-
		fact proxyMode "$said"
	fi
}

# The control plane alone: what kubeadm init was told, what the API server says of nodes and pods.
control_plane() {
	local pki=/etc/kubernetes/pki address='' file line home
	files /etc/kubernetes/admin.conf
	for file in /etc/kubernetes/manifests/*.yaml; do
		fact file "$file"
		while read -r line; do
			case $line in
			'- --advertise-address='*)
				address=${line#*=}
				fact flag "${line#- }"
				;;
			'- --service-cluster-ip-range='* | '- --cluster-cidr='*) fact flag "${line#- }" ;;
			'image: '*kube-apiserver:*) fact apiserver "${line##*:}" ;;
			esac
		done <"$file"
	done
	for home in /root "/home/$user"; do
		[ -r "$home/.kube/config" ] || continue
		while read -r line; do
			case $line in
			server:*) fact kubeconfig "$(stat -c %U "$home/.kube/config")" "$home/.kube/config" "${line#server: }" ;;
			esac
		done <"$home/.kube/config"
	done
	[ -n "$address" ] || return 0
	# As kubectl's tables: small, and one process, where kubectl takes seconds.
	# curl writes straight to stdout: bash would read the answer byte by byte.
	printf 'api '
	curl -sS --max-time 60 --cacert "$pki/ca.crt" \
		--cert "$pki/apiserver-kubelet-client.crt" --key "$pki/apiserver-kubelet-client.key" \
		-H 'Accept: application/json;as=Table;v=v1;g=meta.k8s.io' -w '\napi ' \
		"https://$address:6443/api/v1/nodes?includeObject=None&pretty=false" \
		"https://$address:6443/api/v1/pods?includeObject=None&pretty=false&limit=500" 2>&1
	printf '\n'
}

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
completion
swap
lines hosts /etc/hosts
[ -z "$runtime" ] || kubelet_and_proxy
if wanted engine; then engine; fi
if wanted versions; then versions; fi
if wanted cluster && [ "$role" = control-plane ]; then control_plane; fi
fact end
