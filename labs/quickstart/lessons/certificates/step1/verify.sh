#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /root/apiserver-end.txt ] || no "/root/apiserver-end.txt is not there, or empty"
want=$(openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -enddate)
grep -qF "$want" /root/apiserver-end.txt || no "/root/apiserver-end.txt has no line $want"
