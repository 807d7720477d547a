#!/bin/bash
# yum and CentOS 7; sourced by family-rhel.sh.
# shellcheck disable=SC2034 # what is set here is read by those who source it

PM=yum
RELEASE_PACKAGES=(iptables ebtables)
RELEASE_REPOS=(os updates extras)
SELINUX_AT_BOOT=disabled
# ELRepo's own server no longer has el7 (kernel-lt 5.4.278 was the last); this mirror keeps the archive.
ELREPO=https://mirrors.aliyun.com/elrepo/archive
# yum 3.4.3.
BAD_INDEX_SIGNATURE='repomd\.xml signature could not be verified'

# The servers in CentOS 7's own files are gone since 2024-07.
dead_release() { echo https://vault.centos.org/7.9.2009; }

# release_url BASE REPOSITORY
release_url() { echo "$1/$2/$ARCH/"; }

boot_kernel_lt() { grub2-set-default 0; }

# The course's file. From Linux 4.19 on, so also with kernel-lt, nf_conntrack_ipv4 is part of nf_conntrack.
ipvs_at_boot() {
	local file=/etc/sysconfig/modules/ipvs.modules module
	if [ $# -eq 0 ]; then
		rm -f "$file"
		return
	fi
	mkdir -p "${file%/*}"
	{
		echo '#!/bin/bash'
		for module in "$@"; do echo "modprobe -- $module"; done
		echo 'modprobe -q -- nf_conntrack_ipv4 || modprobe -- nf_conntrack'
	} >"$file"
	chmod 755 "$file"
	bash "$file"
}
