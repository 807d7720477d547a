#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
names=$(timeout 50 docker images --format '{{.Repository}}:{{.Tag}}')
for image in pause:3.2 coredns:1.7.0; do
	grep -qxF "my.registry/$image" <<<"$names" || no "there is no image my.registry/$image"
done
