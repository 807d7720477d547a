#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
on() { timeout 40 ssh -n -o BatchMode=yes -o ConnectTimeout=15 "$@" 2>/dev/null; }
no() {
	echo "$*"
	exit 1
}

# shellcheck disable=SC2016 # the shell there fills it in
seen=$(on node02 'for name in k8s-master01 k8s-node01 k8s-node02 k8s-node03; do
	echo "$name" $(getent ahostsv4 "$name") .
done')
while read -r ip name; do
	[[ $seen == *"$name $ip "* ]] || no "On k8s-node02 the name $name leads to the wrong machine, or nowhere."
done <<'TABLE'
192.168.31.61 k8s-master01
192.168.31.62 k8s-node01
192.168.31.63 k8s-node02
192.168.31.64 k8s-node03
TABLE
name=k8s-master01
[ "$(on node02 curl -sk -m 15 "https://$name:6443/healthz")" = ok ] ||
	no 'On k8s-node02 the API server does not answer under the name k8s-master01.'
