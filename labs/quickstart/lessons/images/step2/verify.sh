#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
bash -n /data/images.sh 2>/dev/null || no "/data/images.sh does not parse yet: bash -n /data/images.sh"
names=$(timeout 50 docker images --format '{{.Repository}}:{{.Tag}}')
for image in pause:3.6 coredns:v1.8.6; do
	grep -qxF "my.registry/$image" <<<"$names" || no "there is no image my.registry/$image"
	! grep -qxF "registry.cn-hangzhou.aliyuncs.com/google_containers/$image" <<<"$names" ||
		no "the mirror's name of $image is still there"
done
