#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
said=$(k -n data get pvc notes -o jsonpath='{.status.phase} {.spec.volumeName}' 2>/dev/null) ||
	no "there is no claim notes in the namespace data"
[ "$said" = "Bound disk1" ] || no "the claim notes is: $said; wanted: Bound disk1"
