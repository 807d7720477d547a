#!/bin/bash
# Breaks: the API server's certificate and key are deleted.
set -euo pipefail

pki=/etc/kubernetes/pki kept=/var/lib/klab/lesson/kept/api-cert
for file in "$pki/apiserver.crt" "$pki/apiserver.key"; do
	[ -e "$file" ] || continue
	# For teachers: the file as it was.
	mkdir -p "$kept"
	cp -p "$file" "$kept/"
	rm "$file"
done
# The running one has read them already.
docker ps -q --filter label=io.kubernetes.container.name=kube-apiserver \
	--filter label=io.kubernetes.docker.type=container | xargs -r docker stop -t 10
