#!/bin/bash
# Course 2.2.7 undone: a swap file of 32 MiB, now and at the next boot.
set -uo pipefail
file=/swapfile
if ! grep -q "^$file " /proc/swaps; then
	rm -f "$file"
	(umask 077 && dd if=/dev/zero of="$file" bs=1M count=32 status=none)
	mkswap "$file" >/dev/null
	swapon "$file"
fi
grep -q "^$file " /etc/fstab || echo "$file none swap sw 0 0" >>/etc/fstab
