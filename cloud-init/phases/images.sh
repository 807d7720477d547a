#!/bin/bash
# Course 2.7, 2.8: loads the image archives of the bundle into the runtime. All of them on every node: the node image is
# shared copy-on-write, so workers need no extra disk for the control plane's images (docs/decisions.md).

# shellcheck source-path=SCRIPTDIR source=bundle.sh
. /usr/lib/klab/bundle.sh
mount_bundle

# 2.8.1, 2.8.2: load them.
if [ "$KLAB_RUNTIME" = docker ]; then
	load=(docker load -q -i)
else
	load=(ctr -n k8s.io images import)
fi
shopt -s nullglob
for archive in "$BUNDLE/images/k8s.$KLAB_VERSION.tar" "$BUNDLE"/images/cni.*.tar "$BUNDLE"/images/probe.tar; do
	echo "loading ${archive##*/}"
	"${load[@]}" "$archive"
done

# Beside the course: the bundle's disk is not needed any more.
umount "$BUNDLE"
