#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
may() { k auth can-i "$@" --as=anna --as-group=developers >/dev/null 2>&1; }
may create deployments -n team || no "developers may not create deployments in the namespace team"
may delete pods -n team || no "developers may not delete pods in the namespace team"
! may create deployments -n default || no "developers may edit in the namespace default too: that is too much"
! may create rolebindings.rbac.authorization.k8s.io -n team ||
	no "developers may give rights to others: edit is enough"
k auth can-i create deployments -n team --as=somebody --as-group=developers >/dev/null 2>&1 ||
	no "anna may, the group developers may not: bind to the group"
