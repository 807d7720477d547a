#!/bin/bash
# Course 2.7, 2.8: the image archives of the bundle, loaded into the runtime. All of them on every node: the node image is
# shared copy-on-write, so workers pay nothing for the control plane's (docs/decisions.md).

# shellcheck source-path=SCRIPTDIR source=bundle.sh
. /usr/lib/klab/bundle.sh
mount_bundle

case $KLAB_RUNTIME in
docker) load=(docker load -q -i) ;;
containerd) load=(ctr -n k8s.io images import) ;;
esac
shopt -s nullglob
for archive in "$BUNDLE/images/k8s.$KLAB_VERSION.tar" "$BUNDLE"/images/cni.*.tar "$BUNDLE"/images/probe.tar; do
	echo "loading ${archive##*/}"
	"${load[@]}" "$archive"
done
umount "$BUNDLE"
