#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /data/my.tar ] || no "/data/my.tar is not there, or empty"
manifest=$(tar -xOf /data/my.tar manifest.json 2>/dev/null) || no "/data/my.tar is no archive of docker save"
for image in pause:3.2 coredns:1.7.0; do
	grep -qF "\"my.registry/$image\"" <<<"$manifest" || no "my.registry/$image is not in /data/my.tar"
done
