#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
said=$(HOME=/root bash -ic 'alias k; complete -p k; declare -F __start_kubectl' 2>/dev/null)
[[ "$said" == *k=*kubectl* ]] || no "in a new shell of root, k is no alias of kubectl"
[[ "$said" == *"-F __start_kubectl k"* ]] || no "in a new shell of root, nothing completes k: complete -p k"
[[ "$said" == *$'\n__start_kubectl'* ]] ||
	no "a new shell of root does not load the rules: source /etc/profile.d/bash_completion.sh"
