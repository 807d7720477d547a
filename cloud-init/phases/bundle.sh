#!/bin/bash
# The bundle's disk (an ISO image on a read-only virtio disk); sourced by the phases that need it.

BUNDLE=/run/klab/bundle

mount_bundle() {
	# 2.5.6, 2.8.1, 2.8.2: its disk stands in for repository and registry.
	mkdir -p "$BUNDLE"
	mountpoint -q "$BUNDLE" || mount -o ro -L KLABBUNDLE "$BUNDLE"
	# Beside the course: nothing more.
}

# The packages (deb, rpm) that a bundle of one's own may carry in packages/, one a line; none where there is no bundle.
bundle_packages() {
	local file
	mount_bundle 2>/dev/null || return 0
	for file in "$BUNDLE/packages"/*."$1"; do
		[ ! -e "$file" ] || echo "$file"
	done
}
