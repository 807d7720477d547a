#!/bin/bash
# Part of facts.sh: the three programs, kubelet, kube-proxy and the control plane (2.4 to 2.9).

# shellcheck disable=SC2094 # `fact "$file"` names a file, it does not write to it

versions() {
	local said line
	if command -v kubeadm >/dev/null; then fact version kubeadm "$(kubeadm version -o short 2>&1)"; fi
	if command -v kubelet >/dev/null; then
		said=$(kubelet --version 2>&1)
		fact version kubelet "${said##* }"
	fi
	if command -v kubectl >/dev/null; then
		while read -r line said; do
			[ "$line" != gitVersion: ] || fact version kubectl "$said"
		done < <(kubectl version --client -o yaml 2>&1)
	fi
}

kubelet_and_proxy() {
	local said line file
	for file in /etc/default/kubelet /etc/sysconfig/kubelet /var/lib/kubelet/kubeadm-flags.env; do
		lines "kubelet.args" "$file"
	done
	if [ -r /var/lib/kubelet/config.yaml ]; then
		fact kubelet.config
		while read -r line; do
			case $line in cgroupDriver:*) fact kubelet.cgroupDriver "${line#*: }" ;; esac
		done </var/lib/kubelet/config.yaml
	fi
	files /etc/kubernetes/kubelet.conf /etc/cni/net.d/*.conf /etc/cni/net.d/*.conflist
	# kube-proxy's own /proxyMode says which mode it really uses.
	if [ -e /etc/kubernetes/kubelet.conf ] && { exec 3<>/dev/tcp/127.0.0.1/10249; } 2>/dev/null; then
		printf 'GET /proxyMode HTTP/1.0\r\n\r\n' >&3
		said=''
		while read -r -t 20 line <&3 || [ -n "$line" ]; do
			said=${line%$'\r'}
			line=''
		done
		exec 3>&-
		fact proxyMode "$said"
	fi
}

# On the control plane only: what kubeadm init was told, what the API server says about nodes and pods.
control_plane() { # user
	local user=$1 pki=/etc/kubernetes/pki address='' file line home
	files /etc/kubernetes/admin.conf
	for file in /etc/kubernetes/manifests/*.yaml; do
		fact file "$file"
		while read -r line; do
			case $line in
			'- --advertise-address='*)
				address=${line#*=}
				fact flag "${line#- }"
				;;
			'- --service-cluster-ip-range='* | '- --cluster-cidr='*) fact flag "${line#- }" ;;
			'image: '*kube-apiserver:*) fact apiserver "${line##*:}" ;;
			esac
		done <"$file"
	done
	for home in /root "/home/$user"; do
		[ -r "$home/.kube/config" ] || continue
		while read -r line; do
			case $line in
			server:*) fact kubeconfig "$(stat -c %U "$home/.kube/config")" "$home/.kube/config" "${line#server: }" ;;
			esac
		done <"$home/.kube/config"
	done
	[ -n "$address" ] || return 0
	# Asked as kubectl asks for its tables. The answer is small, and curl is one process; kubectl takes seconds.
	# curl writes straight to stdout: bash would read the answer byte by byte.
	printf 'api '
	curl -sS --max-time 60 --cacert "$pki/ca.crt" \
		--cert "$pki/apiserver-kubelet-client.crt" --key "$pki/apiserver-kubelet-client.key" \
		-H 'Accept: application/json;as=Table;v=v1;g=meta.k8s.io' -w '\napi ' \
		"https://$address:6443/api/v1/nodes?includeObject=None&pretty=false" \
		"https://$address:6443/api/v1/pods?includeObject=None&pretty=false&limit=500" 2>&1
	printf '\n'
}
