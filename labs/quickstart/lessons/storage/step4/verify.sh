#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
said=$(k -n data get pvc archive -o jsonpath='{.status.phase} {.spec.volumeName}' 2>/dev/null) ||
	no "there is no claim archive in the namespace data"
[ "$said" = "Bound disk2" ] || no "the claim archive is: $said; wanted: Bound disk2"
