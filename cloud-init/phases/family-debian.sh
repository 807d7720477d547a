#!/bin/bash
# Debian and Ubuntu; sourced by family.sh.
# shellcheck disable=SC2034 # what is set here is read by those who source it

FIREWALLS=(firewalld ufw nftables)
KUBELET_ENV=/etc/default/kubelet
PACKAGE_FILES=deb
# What klab's own image has; cloud images lack some of it.
NODE_PACKAGES=(iptables ipset ipvsadm conntrack ebtables socat ethtool bash-completion ca-certificates curl)
SOURCES=/etc/apt/sources.list.d
KEYS=/etc/apt/keyrings

has() { [ "$(dpkg-query -W -f '${db:Status-Status}' "${1%%=*}" 2>/dev/null)" = installed ]; }

apt_install() { DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"; }

file_installed() {
	local name
	name=$(dpkg-deb -f "$1" Package) && has "$name" && [ "$(version_of "$name")" = "$(dpkg-deb -f "$1" Version)" ]
}

# What somebody handed over is wanted, even if the image has a newer one.
install_files() { apt_install --no-download --allow-downgrades "$@"; }

install_from_repositories() {
	apt-get update -q
	apt_install "$@"
}

# source_list NAME KEY-URL LINE: an apt source, signed by the key at the address.
source_list() {
	local key=$KEYS/$1
	mkdir -p "$KEYS"
	curl -fsSL --retry 3 -o "$key.new" "$2"
	# apt decides by the name: .asc is text, .gpg is not.
	if grep -q 'BEGIN PGP' "$key.new"; then key+=.asc; else key+=.gpg; fi
	mv "$KEYS/$1.new" "$key"
	echo "deb [signed-by=$key] $3" >"$SOURCES/$1.list"
}

os_repositories() {
	[ -n "${KLAB_MIRROR_OS:-}" ] || return 0
	local base=$KLAB_MIRROR_OS file
	for file in /etc/apt/sources.list "$SOURCES/debian.sources" "$SOURCES/ubuntu.sources"; do
		[ ! -s "$file" ] || mv "$file" "$file.backup"
	done
	case $ID in
	ubuntu)
		for file in '' -updates -security; do
			echo "deb $base $VERSION_CODENAME$file main universe"
		done
		;;
	*)
		echo "deb $base $VERSION_CODENAME main"
		echo "deb $base $VERSION_CODENAME-updates main"
		# Debian's mirrors have two folders: …/debian and …/debian-security.
		echo "deb $base-security $VERSION_CODENAME-security main"
		;;
	esac >"$SOURCES/klab-os.list"
}

kernel_lt() {
	echo 'os.kernel: lt is ELRepo'\''s kernel for RHEL and its relatives; Debian and Ubuntu keep theirs'
	exit 1
}

# Neither has SELinux switched on. If somebody installed it, it is switched off.
selinux_permissive() {
	[ -e /etc/selinux/config ] && command -v getenforce >/dev/null || return 0
	sed -i 's/^SELINUX=.*/SELINUX=disabled/' /etc/selinux/config
	if [ "$(getenforce)" = Enforcing ]; then setenforce 0; fi
}

# The clock is the hypervisor's. If the Labfile has time servers, cloud-init's ntp module has set them up.
time_sync() { :; }

ipvs_at_boot() { ipvs_by_modules_load "$@"; }

docker_repository() {
	local base=${KLAB_MIRROR_DOCKER:-https://download.docker.com}/linux/$ID
	source_list docker-ce "$base/gpg" "$base $VERSION_CODENAME stable"
}

# version_of PACKAGE: the installed version; nothing if it is not installed.
version_of() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true; }

# Docker's versions are 5:19.03.8~3-0~debian-buster or 5:24.0.7-1~debian.12~bookworm; apt's own pattern, 5:19.03.1*,
# would take 19.03.13 too.
docker_version() {
	local found=()
	mapfile -t found < <(apt-cache madison docker-ce |
		sed -n "s/^[^|]*| *\(5:${KLAB_DOCKER_VERSION//./\\.}[~-][^ ]*\) .*/\1/p")
	echo "${found[0]-}"
}

docker_install() {
	local version
	if [ -n "$KLAB_DOCKER_VERSION" ]; then
		case $(version_of docker-ce) in 5:"$KLAB_DOCKER_VERSION"[~-]*) return 0 ;; esac
		install_packages ca-certificates curl
		docker_repository
		apt-get update -q
		version=$(docker_version)
		if [ -z "$version" ]; then
			echo "no docker-ce $KLAB_DOCKER_VERSION for $VERSION_CODENAME in $(cat "$SOURCES/docker-ce.list")"
			exit 1
		fi
		apt_install "docker-ce=$version" "docker-ce-cli=$version" containerd.io apparmor
	elif ! command -v dockerd >/dev/null; then
		install_packages docker.io apparmor
	fi
}

containerd_install() {
	command -v containerd >/dev/null || install_packages containerd apparmor
}

kubernetes_install() {
	local base=$KLAB_MIRROR_KUBERNETES
	case $(version_of kubeadm) in "$KLAB_VERSION"-*) return 0 ;; esac
	install_packages ca-certificates curl
	if [ "$MINOR" -ge 24 ]; then
		base=${base:-https://pkgs.k8s.io/core:/stable:}/v1.$MINOR/deb
		source_list kubernetes "$base/Release.key" "$base/ /"
	else
		base=${base:-https://mirrors.aliyun.com/kubernetes}/apt
		source_list kubernetes "$base/doc/apt-key.gpg" "$base kubernetes-xenial main"
	fi
	apt-get update -q
	apt_install "kubelet=$KLAB_VERSION-*" "kubeadm=$KLAB_VERSION-*" "kubectl=$KLAB_VERSION-*"
}

forget_network() {
	rm -f /etc/systemd/network/*cloud-init* /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init
}
