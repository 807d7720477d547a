#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
k() { kubectl --request-timeout=20s "$@"; }
k -n names get service web >/dev/null 2>&1 || no "there is no Service web in the namespace names"
said=$(k -n names exec client -- timeout 10 wget -q -O - http://web.names.svc.cluster.local:8080/ 2>&1)
[[ "$said" == web-* ]] || no "client asks http://web.names.svc.cluster.local:8080/ and gets: ${said:-no answer}"
