#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
HOME=/root bash -ic 'declare -F _init_completion' >/dev/null 2>&1 ||
	no "a new shell of root does not know _init_completion: /root/.bashrc does not load bash-completion"
