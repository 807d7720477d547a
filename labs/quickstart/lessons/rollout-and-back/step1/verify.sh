#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
of() { k -n roll get deployment site -o jsonpath="$1"; }
version=$(of '{.spec.template.spec.containers[0].env[?(@.name=="VERSION")].value}') ||
	no "there is no Deployment site in the namespace roll"
read -r updated ready all <<<"$(of '{.status.updatedReplicas} {.status.readyReplicas} {.status.replicas}')"
[ "$version" = 2 ] || no "the Deployment site has VERSION=$version; wanted: 2"
[ "$updated$ready$all" = 222 ] || no "the rollout is not over yet: kubectl -n roll rollout status deployment/site"
said=$(curl -s --max-time 10 "http://$(k -n roll get service site -o jsonpath='{.spec.clusterIP}')/")
[ "$said" = "version 2" ] || no "the Service site says: ${said:-nothing}; wanted: version 2"
