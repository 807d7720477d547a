#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
may() { k auth can-i "$@" --as=system:serviceaccount:team:viewer >/dev/null 2>&1; }
k -n team get serviceaccount viewer >/dev/null 2>&1 || no "there is no service account viewer in the namespace team"
for verb in get list watch; do
	may "$verb" pods -n team || no "viewer may not $verb pods in the namespace team"
done
! may delete pods -n team || no "viewer may delete pods; it should only look"
! may list secrets -n team || no "viewer may list secrets"
! may list pods -n kube-system || no "viewer may list pods of kube-system: a ClusterRoleBinding gives too much"
