#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /etc/bash_completion.d/kubectl ] || grep -qs 'kubectl completion bash' /root/.bashrc ||
	no "/etc/bash_completion.d/kubectl is not there, or empty"
