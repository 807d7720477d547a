#!/bin/bash
# dnf: Rocky, Alma, CentOS Stream and RHEL, 8 and later; sourced by family-rhel.sh.
# shellcheck disable=SC2034 # what is set here is read by those who source it

PM=dnf
RELEASE_REPOS=(BaseOS AppStream)
case $MAJOR in
8) RELEASE_PACKAGES=(iproute-tc iptables iptables-ebtables) ;;
*) RELEASE_PACKAGES=(iproute-tc iptables-nft) ;;
esac
# From 9 on the kernel ignores `disabled` in the file and runs without a policy; permissive is what kubeadm's manual
# asks for.
SELINUX_AT_BOOT=permissive
ELREPO=https://elrepo.org/linux
# dnf 4.
BAD_INDEX_SIGNATURE='repomd\.xml GPG signature verification error'

# CentOS Stream 8 ended in 2024-05, and the servers in its own files are gone.
dead_release() { if [ "$ID-$MAJOR" = centos-8 ]; then echo https://vault.centos.org/8-stream; fi; }

# release_url BASE REPOSITORY
release_url() { echo "$1/$2/$ARCH/os/"; }

boot_kernel_lt() {
	grubby --set-default "/boot/vmlinuz-$(rpm -q --qf '%{VERSION}-%{RELEASE}.%{ARCH}\n' kernel-lt | tail -n 1)"
}

ipvs_at_boot() { ipvs_by_modules_load "$@"; }
