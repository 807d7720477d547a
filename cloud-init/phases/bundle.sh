#!/bin/bash
# The bundle's disk (an ISO image on a read-only virtio disk); sourced by the phases that need it.

BUNDLE=/run/klab/bundle

mount_bundle() {
	mkdir -p "$BUNDLE"
	mountpoint -q "$BUNDLE" || mount -o ro -L KLABBUNDLE "$BUNDLE"
}
