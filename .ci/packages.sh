# Debian’s packages, by what needs them. .ci/setup installs them all. klab’s Debian package (.ci/deb.mjs) depends on
# `run`, recommends `make`, suggests `nat`. A test compares the lists with what `klab doctor` asks for.
# shellcheck shell=bash disable=SC2034

# What klab calls at run time.
run=(libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu libvirt-daemon-system qemu-system-x86 qemu-utils vde2
	xorriso openssh-client util-linux zstd)
# What builds base image and bundle.
make=(skopeo mmdebstrap fakeroot e2fsprogs uidmap gcc libc6-dev xz-utils debian-archive-keyring ca-certificates)
# For `network.mode: nat`.
nat=(dnsmasq-base iptables)
# What the tests and `npm run deb` call on top.
tests=(docker-registry shellcheck busybox-static cpio iproute2 procps psmisc python3 faketime curl chromium dpkg-dev)
