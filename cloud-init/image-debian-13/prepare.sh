#!/bin/sh
# Runs in the new image's root (chroot) before ../image/customize.sh: what is different in Debian 13.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH

# The kernel's modules come compressed with xz. klab's initramfs loads them as they are, and on an emulated CPU each
# boot would unpack those that it loads.
version=$(basename /lib/modules/*)
find "/lib/modules/$version" -name '*.ko.xz' -exec busybox unxz {} +
depmod "$version"

# /tmp stays on the disk, as in Debian 12: in memory it would take the node's RAM, and make each snapshot larger.
systemctl --quiet mask tmp.mount
# Only the host key that klab made and pinned.
systemctl --quiet mask sshd-keygen.service
# Work at boot that a lab machine never needs: cloud-init's new services, caches that the packages made already, a TPM.
systemctl --quiet mask \
  cloud-init-main.service cloud-init-network.service \
  ldconfig.service systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-update-done.service \
  systemd-hibernate-clear.service systemd-tpm2-setup.service systemd-tpm2-setup-early.service \
  systemd-pcrmachine.service systemd-pcrphase.service systemd-pcrphase-sysinit.service \
  systemd-pcrextend.socket systemd-pcrlock.socket systemd-creds.socket systemd-sysext.socket
mkdir -p /etc/systemd/system-generators
# The first would open more ways to sshd.
for generator in systemd-ssh-generator systemd-tpm2-generator; do
  ln -sf /dev/null "/etc/systemd/system-generators/$generator"
done
