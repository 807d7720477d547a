#!/bin/bash
# The path at which kube-proxy's configuration is mounted.
set -euo pipefail

# Without its version: the status changes meanwhile.
kubectl -n kube-system get daemonset kube-proxy -o yaml |
	sed 's#/var/lib/kube-proxy/configuration.conf#/var/lib/kube-proxy/config.conf#; /^  resourceVersion: /d' |
	kubectl replace --validate=false -f -
