#!/bin/bash
# Exit 0: fixed. Else one line that says what still goes wrong.
no() {
	echo "$*"
	exit 1
}

api=https://127.0.0.1:6443/api/v1/namespaces
line=$(grep -s 'kubeadm join .*:6443' /root/join.sh | tail -n 1)
[ -n "$line" ] || no '/root/join.sh has no kubeadm join command with the address of the API server.'
[[ $line =~ --token[=\ ]+([a-z0-9]{6})\.([a-z0-9]{16}) ]] || no 'The command in /root/join.sh has no token.'
id=${BASH_REMATCH[1]} token=${BASH_REMATCH[1]}.${BASH_REMATCH[2]}
[[ $(curl -sk -m 15 "$api/kube-public/configmaps/cluster-info") == *"jws-kubeconfig-$id"* ]] ||
	no 'A machine could not join with /root/join.sh: it would not trust the cluster.'
# As kubeadm join reads the cluster's settings.
code=$(curl -sk -m 15 -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" \
	"$api/kube-system/configmaps/kubeadm-config")
[ "$code" = 200 ] ||
	no 'A machine could not join with /root/join.sh: the cluster would not let it in.'
hash=$(openssl x509 -pubkey -noout -in /etc/kubernetes/pki/ca.crt | openssl pkey -pubin -outform der |
	sha256sum | cut -d ' ' -f 1)
[[ $line == *"sha256:$hash"* ]] ||
	no 'A machine could not join with /root/join.sh: it would take the cluster for another one.'
