#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
phase=$(k get pv disk2 -o jsonpath='{.status.phase}' 2>/dev/null) || no "there is no PersistentVolume disk2"
[ "$phase" = Available ] || no "disk2 is $phase; wanted: Available"
