#!/bin/sh
# PID 1 of the bench's own network, mount and process namespaces (bench/vagrant.mjs makes them). Puts folders of its own
# in place of the host's libvirt, then runs the command and reaps what daemons leave. When this ends, the kernel ends
# everything in here and takes the mounts and the network with it.
#   init.sh WORK COMMAND...
set -eu
work=$1
shift
# /sys shows this namespace's network; without the host's cgroups below it libvirt makes none there.
umount --lazy --recursive /sys
mount -t sysfs sysfs /sys
# Sockets, pid files and locks.
mount -t tmpfs -o mode=755 tmpfs /run
for dir in /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt; do
  mkdir -p "$work/root$dir"
  mount --bind "$work/root$dir" "$dir"
done
ip link set lo up
# Not exec: libvirt waits for ended QEMUs, which are this process's to reap.
status=0
"$@" || status=$?
exit "$status"
