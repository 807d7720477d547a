#!/bin/sh
# Runs in the new image's root (chroot) after rootfs/ has been copied in: what a file alone cannot say.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH

# Trim the boot: no work that a lab machine never needs. docker and containerd are enabled by the runtime phase.
systemctl --quiet disable docker.service docker.socket containerd.service systemd-timesyncd.service ssh.socket \
  2>/dev/null || true
systemctl --quiet mask \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer man-db.timer \
  cloud-init-local.service cloud-init.service cloud-config.service cloud-final.service cloud-init-hotplugd.socket \
  getty@tty1.service serial-getty@ttyS0.service apparmor.service systemd-networkd-wait-online.service \
  systemd-pstore.service systemd-binfmt.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
  systemd-random-seed.service systemd-network-generator.service \
  modprobe@drm.service modprobe@efi_pstore.service modprobe@dm_mod.service \
  sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount systemd-ask-password-console.path \
  systemd-ask-password-wall.path systemd-firstboot.service systemd-machine-id-commit.service systemd-repart.service \
  modprobe@fuse.service modprobe@configfs.service sys-fs-fuse-connections.mount sys-kernel-config.mount \
  systemd-sysusers.service systemd-journal-flush.service systemd-tmpfiles-clean.timer
mkdir -p /etc/systemd/system-generators
for generator in cloud-init-generator systemd-cryptsetup-generator systemd-gpt-auto-generator \
  systemd-hibernate-resume-generator systemd-integritysetup-generator systemd-veritysetup-generator \
  systemd-rc-local-generator systemd-sysv-generator systemd-getty-generator systemd-system-update-generator \
  systemd-fstab-generator systemd-run-generator; do
  ln -sf /dev/null "/etc/systemd/system-generators/$generator"
done
systemctl --quiet enable systemd-networkd.service klab-cloud-init.service console-getty.service
systemctl --quiet set-default multi-user.target

# klab's initramfs (see initramfs-init); the module order comes from the kernel's own dependency list.
version=$(basename /lib/modules/*)
work=$(mktemp -d)
mkdir -p "$work/bin" "$work/modules" "$work/dev" "$work/proc" "$work/root"
cp /bin/busybox "$work/bin/"
cp /usr/lib/klab/initramfs-init "$work/init"
chmod 0755 "$work/init"
for module in virtio_pci virtio_blk virtio_net ext4; do
  modprobe --show-depends --set-version "$version" "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
  cp "$file" "$work/modules/"
  basename "$file" >>"$work/modules/order"
done
(cd "$work" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >/boot/klab-initrd
cp "/boot/vmlinuz-$version" /boot/klab-kernel
rm -rf "$work" /boot/initrd.img-* /initrd.img*

# Nothing that makes two machines one: keys and ids come at first boot.
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id /var/lib/systemd/random-seed
: >/etc/machine-id
# mmdebstrap's own build settings have no meaning in the running guest.
rm -f /etc/apt/apt.conf.d/99mmdebstrap /etc/dpkg/dpkg.cfg.d/99mmdebstrap
