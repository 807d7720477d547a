#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
! k -n data get pod writer >/dev/null 2>&1 || no "the pod writer is still there: delete it"
k -n data get pod reader >/dev/null 2>&1 || no "there is no pod reader in the namespace data"
said=$(k -n data exec reader -- cat /data/note.txt 2>&1)
[[ "$said" == *"written by writer"* ]] || no "reader finds in /data/note.txt: $said"
