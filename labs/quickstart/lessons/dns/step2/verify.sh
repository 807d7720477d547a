#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
address=$(k -n names get service peers -o jsonpath='{.spec.clusterIP}' 2>/dev/null) ||
	no "there is no Service peers in the namespace names"
[ "$address" = None ] || no "the Service peers has the address $address; wanted: None"
pods=$(k -n names get pods -l app=web -o jsonpath='{.items[*].status.podIP}')
said=$(k -n names exec client -- timeout 15 nslookup peers.names.svc.cluster.local 2>&1)
for pod in $pods; do
	[[ "$said" == *"$pod"* ]] || no "nslookup peers.names.svc.cluster.local does not tell of the pod $pod"
done
