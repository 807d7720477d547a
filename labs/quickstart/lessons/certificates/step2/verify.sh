#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
file=/etc/kubernetes/pki/apiserver.crt
now=$(openssl x509 -in "$file" -noout -serial 2>/dev/null) || no "$file is no certificate"
[ "$now" != "$(cat /var/lib/klab/lesson/apiserver.serial)" ] || no "$file is still the old one"
openssl verify -CAfile /etc/kubernetes/pki/ca.crt "$file" >/dev/null 2>&1 || no "$file is not of the cluster's CA"
served() {
	timeout 20 openssl s_client -connect 192.168.31.61:6443 </dev/null 2>/dev/null | openssl x509 -noout -serial
}
served=$(served)
[ "$served" = "$now" ] || no "the API server still serves ${served:-nothing}, the file has $now: wait a minute"
