#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
names=$(timeout 50 docker images --format '{{.Repository}}:{{.Tag}}')
for image in pause:3.6 coredns:v1.8.6; do
	grep -qxF "my.registry/$image" <<<"$names" || no "there is no image my.registry/$image"
done
