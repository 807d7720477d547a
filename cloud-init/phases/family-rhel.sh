#!/bin/bash
# RHEL and its relatives; sourced by family.sh. What yum (CentOS 7) and dnf (8 and later) do differently is in
# family-yum.sh and family-dnf.sh.
# shellcheck disable=SC2034 # what is set here is read by those who source it

FIREWALLS=(firewalld nftables)
KUBELET_ENV=/etc/sysconfig/kubelet
PACKAGE_FILES=rpm
# Packages that kubeadm's preflight, IPVS, completion and the clock need. The course's "ipvsdm" is
# ipvsadm.
NODE_PACKAGES=(ipset ipvsadm bash-completion chrony conntrack-tools socat ethtool)
# Course 2.3.2.
DOCKER_NEEDS=(yum-utils device-mapper-persistent-data lvm2)
REPOS=/etc/yum.repos.d
ARCH=$(uname -m)

if [ "$MAJOR" -le 7 ]; then
	# shellcheck source-path=SCRIPTDIR source=family-yum.sh
	. /usr/lib/klab/family-yum.sh
else
	# shellcheck source-path=SCRIPTDIR source=family-dnf.sh
	. /usr/lib/klab/family-dnf.sh
fi
NODE_PACKAGES+=("${RELEASE_PACKAGES[@]}")

# repository ID BASEURL KEY…: one section of a .repo file. Packages' signatures are always checked.
repository() {
	local id=$1 url=$2
	shift 2
	printf '[%s]\nname=%s\nbaseurl=%s\nenabled=1\ngpgcheck=1\n' "$id" "$id" "$url"
	printf 'gpgkey=%s\n' "$*"
}

# write_repository FILE: replaces a .repo file in one step with its input.
write_repository() {
	cat >"$REPOS/.$1.new"
	mv "$REPOS/.$1.new" "$REPOS/$1"
}

# The keys in the image, as URLs, without those of testing and of other repositories.
image_keys() {
	local key keys=()
	for key in /etc/pki/rpm-gpg/RPM-GPG-KEY-*; do
		case $key in
		*[Tt]est* | *[Dd]ebug* | *EPEL* | *SIG*) ;;
		*) keys+=("file://$key") ;;
		esac
	done
	echo "${keys[*]-}"
}

os_repositories() {
	local base=${KLAB_MIRROR_OS:-$(dead_release)} repo file
	[ -n "$base" ] || return 0
	# The image's own files are moved away (the course moves the folder). Repositories that others added stay.
	mkdir -p "$REPOS.backup"
	for file in "$REPOS"/CentOS-*.repo "$REPOS"/centos*.repo "$REPOS"/[Rr]ocky*.repo "$REPOS"/almalinux*.repo; do
		[ ! -e "$file" ] || mv "$file" "$REPOS.backup/"
	done
	for repo in "${RELEASE_REPOS[@]}"; do
		repository "klab-${repo,,}" "$(release_url "$base" "$repo")" "$(image_keys)"
	done | write_repository klab-os.repo
}

has() { rpm -q --quiet "$1"; }

file_installed() { rpm -q --quiet "$(rpm -qp --qf '%{NAME}-%{VERSION}-%{RELEASE}' "$1" 2>/dev/null)"; }

# older_file FILE: whether a newer version of its package is installed.
older_file() {
	local name version='%|EPOCH?{%{EPOCH}}:{0}|:%{VERSION}-%{RELEASE}\n' have wanted
	name=$(rpm -qp --qf '%{NAME}' "$1" 2>/dev/null) && has "$name" || return 1
	have=$(rpm -q --qf "$version" "$name" | tail -n 1)
	wanted=$(rpm -qp --qf "$version" "$1" 2>/dev/null)
	[ "$have" != "$wanted" ] && [ "$(printf '%s\n' "$have" "$wanted" | sort -V | head -n 1)" = "$wanted" ]
}

# What somebody handed over is wanted, even if the image has a newer one: yum's `install` would leave that.
install_files() {
	local file older=() others=()
	for file in "$@"; do
		# With such files alone, yum would say that there is nothing to do, and fail.
		file_installed "$file" && continue
		if older_file "$file"; then older+=("$file"); else others+=("$file"); fi
	done
	[ "${#others[@]}" -eq 0 ] || "$PM" -y --disablerepo='*' install "${others[@]}"
	[ "${#older[@]}" -eq 0 ] || "$PM" -y --disablerepo='*' downgrade "${older[@]}"
}

install_from_repositories() {
	# Beside the course: say what to do if a package does not exist.
	local absent=() failed=false
	# As the course:
	"$PM" -y install "$@" || failed=true
	# Beside the course: yum and dnf say which ones.
	[ "$failed" = false ] || no_packages "$@"
	# yum says "No package … available.", but its exit status is 0 if it found at least one.
	mapfile -t absent < <(missing "$@")
	[ "${#absent[@]}" -eq 0 ] || no_packages "${absent[@]}"
}

no_packages() {
	echo "not installed: $*. Look above: is there such a version," \
		'does the mirror answer (network.internet, mirrors.… in the Labfile)?'
	echo "Without internet: a bundle of your own with these as packages/*.rpm."
	exit 1
}

kernel_lt() {
	if ! has kernel-lt; then
		repository klab-elrepo-kernel "${KLAB_MIRROR_ELREPO:-$ELREPO}/kernel/el$MAJOR/$ARCH" \
			https://www.elrepo.org/RPM-GPG-KEY-elrepo.org |
			write_repository klab-elrepo.repo
		install_packages kernel-lt
	fi
	boot_kernel_lt
	echo "running $(uname -r); kernel-lt from the next boot on"
}

selinux_permissive() {
	[ -e /etc/selinux/config ] || return 0
	# The file itself: the course edits /etc/sysconfig/selinux, a link to it, and sed -i would replace the link.
	sed -i "s/^SELINUX=.*/SELINUX=$SELINUX_AT_BOOT/" /etc/selinux/config
	if [ "$(getenforce)" = Enforcing ]; then setenforce 0; fi
}

# The course's ntpdate sets the clock once; chrony keeps it right. The family's cloud-init does not run the module that
# would write its servers.
time_sync() {
	local server conf=/etc/chrony.conf
	has chrony || return 0
	if [ -n "$KLAB_TIME_SERVERS" ]; then
		for server in $KLAB_TIME_SERVERS; do
			echo "server $server iburst"
		done >/etc/chrony.klab.conf
		sed -i -E 's/^(server|pool)[[:space:]]/#&/' "$conf"
		grep -qx 'include /etc/chrony.klab.conf' "$conf" || echo 'include /etc/chrony.klab.conf' >>"$conf"
	fi
	systemctl enable chronyd.service
	systemctl restart chronyd.service
}

docker_repository() {
	local base=${KLAB_MIRROR_DOCKER:-https://download.docker.com}/linux/centos
	repository docker-ce-stable "$base/$MAJOR/$ARCH/stable" "$base/gpg" | write_repository docker-ce.repo
}

docker_install() {
	local version=${KLAB_DOCKER_VERSION:+-$KLAB_DOCKER_VERSION}
	install_packages "${DOCKER_NEEDS[@]}"
	docker_repository
	install_packages "docker-ce$version" "docker-ce-cli$version" containerd.io
}

containerd_install() {
	docker_repository
	install_packages containerd.io
}

# kubernetes_repository METADATA: 1 or 0, whether the signature of the repository's index is checked too.
kubernetes_repository() {
	local base=$KLAB_MIRROR_KUBERNETES url keys
	if [ "$MINOR" -ge 24 ]; then
		base=${base:-https://pkgs.k8s.io/core:/stable:}/v1.$MINOR/rpm
		url=$base/
		keys=("$base/repodata/repomd.xml.key")
	else
		base=${base:-https://mirrors.aliyun.com/kubernetes}/yum
		url=$base/repos/kubernetes-el7-$ARCH
		keys=("$base/doc/yum-key.gpg" "$base/doc/rpm-package-key.gpg")
	fi
	{
		repository kubernetes "$url" "${keys[@]}"
		echo "repo_gpgcheck=$1"
	} | write_repository kubernetes.repo
}

kubernetes_index() { "$PM" -y --disablerepo='*' --enablerepo=kubernetes makecache; }

kubernetes_install() {
	local said
	local wanted=("kubelet-$KLAB_VERSION" "kubeadm-$KLAB_VERSION" "kubectl-$KLAB_VERSION")
	[ -n "$(missing "${wanted[@]}")" ] || return 0
	kubernetes_repository 1
	if ! said=$(kubernetes_index 2>&1); then
		printf '%s\n' "$said"
		# 2.9.7, the course's yum-key.gpg does not fit: the index is then used without its signature, over HTTPS. Packages
		# are still checked with their own key. Other errors (no network, no such mirror) do not count as this one.
		# Never --nogpgcheck.
		printf '%s\n' "$said" | grep -Eqi "$BAD_INDEX_SIGNATURE" || exit 1
		echo 'course 2.9.7: the signature of the index does not verify;' \
			'going on with repo_gpgcheck=0 for this repository, packages still checked (gpgcheck=1)'
		kubernetes_repository 0
		kubernetes_index
	fi
	install_packages "${wanted[@]}"
}

forget_network() {
	rm -f /etc/sysconfig/network-scripts/ifcfg-mgmt0 /etc/sysconfig/network-scripts/ifcfg-lab0 \
		/etc/NetworkManager/system-connections/cloud-init-* /etc/udev/rules.d/70-persistent-net.rules
}
