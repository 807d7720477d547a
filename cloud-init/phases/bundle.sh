#!/bin/bash
# The bundle's disk (an ISO image on a read-only virtio disk); sourced by the phases that need it.

BUNDLE=/run/klab/bundle

mount_bundle() {
	# 2.5.6, 2.8.1, 2.8.2: its disk stands in for repository and registry.
	mkdir -p "$BUNDLE"
	mountpoint -q "$BUNDLE" || mount -o ro -L KLABBUNDLE "$BUNDLE"
	# Beside the course: nothing more.
}

# Installs containerd from the bundle's folder runtime/, and runc if it is there too. Fails if the bundle has none.
containerd_from_bundle() {
	local file
	mount_bundle 2>/dev/null || return 1
	if [ ! -e "$BUNDLE/runtime/containerd" ]; then
		umount "$BUNDLE"
		return 1
	fi
	# It comes before the distribution's in PATH; that one stays.
	for file in "$BUNDLE"/runtime/*; do install -m 0755 "$file" /usr/local/bin/; done
	umount "$BUNDLE"
	# The containerd.service of containerd's makers.
	cat >/etc/systemd/system/containerd.service <<-'UNIT'
		[Unit]
		Description=containerd
		After=network.target
		[Service]
		ExecStartPre=-/sbin/modprobe overlay
		ExecStart=/usr/local/bin/containerd
		Type=notify
		Delegate=yes
		KillMode=process
		Restart=always
		RestartSec=5
		LimitNPROC=infinity
		LimitCORE=infinity
		TasksMax=infinity
		OOMScoreAdjust=-999
		[Install]
		WantedBy=multi-user.target
	UNIT
	systemctl daemon-reload
	hash -r
}

# The packages (deb, rpm) in the folder packages/ of the user's own bundle, one on each line; none without a bundle.
bundle_packages() {
	local file
	mount_bundle 2>/dev/null || return 0
	for file in "$BUNDLE/packages"/*."$1"; do
		[ ! -e "$file" ] || echo "$file"
	done
}
