#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
of() { k -n roll get deployment site -o jsonpath="$1"; }
image=$(of '{.spec.template.spec.containers[0].image}') || no "there is no Deployment site in the namespace roll"
version=$(of '{.spec.template.spec.containers[0].env[?(@.name=="VERSION")].value}')
read -r updated ready all <<<"$(of '{.status.updatedReplicas} {.status.readyReplicas} {.status.replicas}')"
[ "$image" = klab.local/probe:1 ] || no "the Deployment site has the image $image, which is on no node"
[ "$version" = 2 ] || no "the Deployment site has VERSION=$version; wanted: 2"
[ "$updated$ready$all" = 222 ] || no "not all pods are of version 2 yet: kubectl -n roll get pods"
