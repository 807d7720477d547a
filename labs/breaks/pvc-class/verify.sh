#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
# rolled NAMESPACE KIND/NAME: all of its pods are new and available.
rolled() { [[ $(k -n "$1" rollout status "$2" --watch=false) == *'successfully rolled out'* ]]; }
no() {
	echo "$*"
	exit 1
}

disk=$(k -n archive get persistentvolumeclaim papers -o jsonpath='{.status.phase} {.spec.volumeName}')
[ "$disk" = 'Bound archive-disk' ] ||
	no 'The claim papers in the namespace archive does not have the disk archive-disk yet.'
rolled archive deployment/papers || no 'The pod of the deployment papers in the namespace archive does not run yet.'
claim=$(k -n archive get deployment papers \
	-o jsonpath='{.spec.template.spec.volumes[*].persistentVolumeClaim.claimName}')
[ "$claim" = papers ] ||
	no 'The pod runs, but not with its disk.'
