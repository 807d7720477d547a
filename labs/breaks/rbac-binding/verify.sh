#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
k() { timeout 30 kubectl --request-timeout=20s "$@" 2>/dev/null; }
no() {
	echo "$*"
	exit 1
}

may() { k auth can-i "$@" -n audit --as=system:serviceaccount:audit:reporter; }
[ "$(may list pods)" = yes ] || no 'The ServiceAccount reporter may not list pods in the namespace audit.'
[[ $(may delete pods) == no* && $(may list secrets) == no* ]] ||
	no 'The ServiceAccount reporter may do more now than it needs.'
