#!/bin/bash
# Runs a lesson's script as the lesson's website does: by bash, in the user's home, with nothing on stdin.
# Arguments: check, show or background; the user; seconds it may take; the script's file.
# Its output goes to stdout, at most a MiB of it. The last line on stderr says how it ended:
# "klab: ended STATUS", "klab: timeout", or "klab: running" for a background script that goes on.
set -euo pipefail
way=$1 user=$2 seconds=$3 file=$4
home=$(getent passwd "$user" | cut -d: -f6)
[ -n "$home" ] || {
	echo "there is no user $user" >&2
	exit 3
}

environment=(
	"HOME=$home" "USER=$user" "LOGNAME=$user" SHELL=/bin/bash LANG=C.UTF-8 TERM=dumb
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
)
# Course 2.9.2 gives the kubeconfig to the user who ran kubeadm; scripts expect root to have one.
if [ "$user" = root ] && [ -e /etc/kubernetes/admin.conf ] && [ ! -e /root/.kube/config ]; then
	environment+=(KUBECONFIG=/etc/kubernetes/admin.conf)
fi
program=(env -i "${environment[@]}" bash "$file")
[ "$user" = root ] || program=(runuser -u "$user" -- "${program[@]}")
cd "$home"

said() { # how it ended, by timeout(1)'s exit status and the time it took
	# 124: ended by timeout; 137: killed by it. A script may have these of its own, but not at the limit.
	if [ "$1" = 124 ] || [ "$1" = 137 ] && [ "$2" -ge "$seconds" ]; then
		echo 'klab: timeout' >&2
	else
		echo "klab: ended $1" >&2
	fi
}

# A script tells what it does, and a fault's cause: it does not stay.
out=
trap 'rm -f "$out"; [ "$way" = background ] || rm -f "$file"' EXIT

case $way in
show)
	status=0
	SECONDS=0
	timeout --kill-after=5 "$seconds" "${program[@]}" 2>&1 </dev/null || status=$?
	said "$status" "$SECONDS"
	;;
check)
	out=$(mktemp /var/lib/klab/lesson/out.XXXXXX)
	status=0
	SECONDS=0
	# dd writes what it has read at once; nothing here may hold the caller's own pipes.
	exec 3> >(
		exec >/dev/null 2>&1
		dd of="$out" bs=65536 count=1048576 iflag=count_bytes
		cat
	)
	reader=$!
	timeout --kill-after=5 "$seconds" "${program[@]}" >&3 2>&1 3>&- </dev/null || status=$?
	took=$SECONDS
	exec 3>&-
	# What it leaves running may hold the pipe for ever, so nobody waits for its end.
	for _ in $(seq 20); do
		kill -0 "$reader" 2>/dev/null || break
		sleep 0.1
	done
	tail -c 16384 "$out"
	said "$status" "$took"
	;;
background)
	# Where the official samples have theirs.
	mkdir -p /var/log/killercoda
	log=/var/log/killercoda/$(basename "$file")
	rm -f "$file.status"
	# A file, because systemd fills in what looks like a variable in a command.
	cat >"$file.unit" <<-'EOF'
		log=$1 file=$2
		shift 2
		"$@" >"${log}_stdout.log" 2>"${log}_stderr.log" </dev/null
		echo $? >"$file.status"
		rm -f "$file" "$file.unit"
	EOF
	systemd-run --quiet --collect --unit="klab-lesson-$$" bash "$file.unit" "$log" "$file" "${program[@]}"
	for _ in $(seq $((seconds * 2))); do
		[ ! -e "$file.status" ] || break
		sleep 0.5
	done
	if [ -e "$file.status" ]; then
		tail -qc 8192 "${log}_stdout.log" "${log}_stderr.log"
		echo "klab: ended $(<"$file.status")" >&2
	else
		echo 'klab: running' >&2
	fi
	;;
esac
