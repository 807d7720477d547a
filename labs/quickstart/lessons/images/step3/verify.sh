#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /data/my.tar ] || no "/data/my.tar is not there, or empty"
manifest=$(tar -xOf /data/my.tar manifest.json 2>/dev/null) || no "/data/my.tar is no archive of docker save"
for image in pause:3.6 coredns:v1.8.6; do
	grep -qF "\"my.registry/$image\"" <<<"$manifest" || no "my.registry/$image is not in /data/my.tar"
done
