#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /root/keys.txt ] || no "/root/keys.txt is not there, or empty"
grep -qx '/registry/configmaps/ledger/accounts' /root/keys.txt ||
	no "/root/keys.txt has no line /registry/configmaps/ledger/accounts"
