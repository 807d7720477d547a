#!/bin/bash
# The flag by its right name again.
set -euo pipefail

file=/etc/kubernetes/manifests/kube-scheduler.yaml
new=$(sed 's/--leader-elects=/--leader-elect=/' "$file")
[[ $new == *'--leader-elect='* ]] || {
	echo "$file: not as expected, nothing changed"
	exit 1
}
printf '%s\n' "$new" >"$file"
