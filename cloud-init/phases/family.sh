#!/bin/bash
# One set of functions for what differs between distributions. The phases source this file and never ask which system
# they run on. `klab explain` prints the functions that a section calls, but not their lines from `# Beside the course:`
# to `# As the course:`.
# A family's file sets
#   FIREWALLS, NODE_PACKAGES, KUBELET_ENV (file), PACKAGE_FILES (deb or rpm)
# and defines
#   os_repositories      the distribution's repositories at $KLAB_MIRROR_OS (course 2.1)
#   has P                whether it is installed
#   file_installed F     whether a package file is installed, in exactly that version
#   install_files F…     these files and nothing else
#   install_from_repositories P…
#   kernel_lt            ELRepo's long-term kernel, for the next boot (course 2.1)
#   selinux_permissive   course 2.2.2
#   ipvs_at_boot [M…]    loads the modules at every boot; without any: stops doing so (course 2.2.4)
#   time_sync            sets the clock by $KLAB_TIME_SERVERS (course 2.2.5)
#   docker_install       course 2.3.2 to 2.3.5
#   containerd_install
#   kubernetes_install   kubeadm, kubelet, kubectl $KLAB_VERSION from a repository (course 2.5, 2.9.7)
#   forget_network       removes what cloud-init wrote of this machine's cards

# shellcheck source-path=SCRIPTDIR source=bundle.sh
. /usr/lib/klab/bundle.sh

minor=${KLAB_VERSION:-}
minor=${minor#*.}
# The minor of Kubernetes 1.MINOR.PATCH; empty for plain machines.
MINOR=${minor%%.*}

# Those of the arguments that `has NAME` does not find, one on each line.
missing() {
	local name
	for name in "$@"; do
		has "$name" || echo "$name"
	done
}

# install_packages P…: installs those that are missing, from the bundle's folder packages/ if it has them, otherwise
# from the repositories.
install_packages() {
	# Beside the course: only what is missing, and from the bundle if it is there.
	local wanted=() files=()
	mapfile -t wanted < <(missing "$@")
	[ "${#wanted[@]}" -gt 0 ] || return 0
	mapfile -t files < <(bundle_packages "$PACKAGE_FILES")
	if [ "${#files[@]}" -gt 0 ]; then
		install_files "${files[@]}"
		mapfile -t wanted < <(missing "$@")
		[ "${#wanted[@]}" -gt 0 ] || return 0
	fi
	set -- "${wanted[@]}"
	# As the course:
	install_from_repositories "$@"
}

# install_handed: installs everything in the bundle's folder packages/ that is not installed yet.
install_handed() {
	# Beside the course: packages in that folder are for the nodes, even if klab does not need them.
	local file files=()
	while read -r file; do
		file_installed "$file" || files+=("$file")
	done < <(bundle_packages "$PACKAGE_FILES")
	[ "${#files[@]}" -eq 0 ] || install_files "${files[@]}"
	umount "$BUNDLE" 2>/dev/null || true
}

# config_before FILE: prints the file; nothing if an earlier phase was killed after it had written the file and before
# the restart that reads it (config_read FILE).
config_before() {
	local mark=/var/lib/klab/changing-${1##*/}
	[ -e "$mark" ] || cat "$1" 2>/dev/null || true
	touch "$mark"
}
config_read() { rm -f "/var/lib/klab/changing-${1##*/}"; }

# Loads the modules through systemd's own list, for ipvs_at_boot. From Linux 4.19 on (and in RHEL 8's 4.18)
# nf_conntrack_ipv4 is part of nf_conntrack.
ipvs_by_modules_load() {
	local file=/etc/modules-load.d/klab-ipvs.conf conntrack=nf_conntrack
	if [ $# -eq 0 ]; then
		rm -f "$file"
		return
	fi
	modinfo -n nf_conntrack_ipv4 >/dev/null 2>&1 && conntrack=nf_conntrack_ipv4
	printf '%s\n' "$@" "$conntrack" >"$file"
	modprobe -a "$@" "$conntrack"
}

# shellcheck source=/dev/null
. /etc/os-release
MAJOR=${VERSION_ID%%.*}
case " $ID ${ID_LIKE:-} " in
*' debian '* | *' ubuntu '*)
	# shellcheck source-path=SCRIPTDIR source=family-debian.sh
	. /usr/lib/klab/family-debian.sh
	;;
*' rhel '* | *' centos '*)
	# shellcheck source-path=SCRIPTDIR source=family-rhel.sh
	. /usr/lib/klab/family-rhel.sh
	;;
*)
	echo "klab sets up Debian, Ubuntu and the RHEL family (CentOS, Rocky, Alma); this image is ${PRETTY_NAME:-$ID}"
	exit 1
	;;
esac
