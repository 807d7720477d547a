#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /root/anna.crt ] || no "/root/anna.crt is not there, or empty"
openssl verify -CAfile /etc/kubernetes/pki/ca.crt /root/anna.crt >/dev/null 2>&1 ||
	no "/root/anna.crt is not of the cluster's CA"
subject=$(openssl x509 -in /root/anna.crt -noout -subject -nameopt multiline)
[[ "$subject" =~ commonName\ *=\ anna ]] || no "/root/anna.crt is not for CN=anna"
[[ "$subject" =~ organizationName\ *=\ developers ]] || no "/root/anna.crt is not for O=developers"
