#!/bin/bash
# Part of facts.sh: the system settings of 2.2, and completion (2.2.6, 2.9.5).

# shellcheck disable=SC2094 # `fact "$file"` names a file, it does not write to it

selinux() {
	local now line
	if [ -r /sys/fs/selinux/enforce ]; then
		read -r now </sys/fs/selinux/enforce
		fact selinux "$now"
	fi
	[ -r /etc/selinux/config ] || return 0
	while read -r line; do
		case $line in SELINUX=*) fact selinux.conf "${line#*=}" ;; esac
	done </etc/selinux/config
}

# The values now, and those that the files set at the next boot. Later files win, /etc/sysctl.conf is the last
# (sysctl --system).
sysctls() {
	local key value file line
	for key; do
		[ -r "/proc/sys/${key//.//}" ] || continue
		read -r value <"/proc/sys/${key//.//}"
		fact sysctl "$key" "$value"
	done
	for file in /usr/lib/sysctl.d/*.conf /run/sysctl.d/*.conf /etc/sysctl.d/*.conf /etc/sysctl.conf; do
		[ -r "$file" ] || continue
		while read -r line || [ -n "$line" ]; do
			case $line in '' | \#* | \;*) continue ;; esac
			for key; do
				[[ $line =~ ^-?${key//./\\.}[[:space:]]*=[[:space:]]*([^[:space:]]+) ]] &&
					fact sysctl.conf "$key" "${BASH_REMATCH[1]}" "$file"
			done
		done <"$file"
	done
}

modules() {
	local name rest file line loaded=' ' word
	if [ -r /proc/modules ]; then
		while read -r name rest; do loaded+="$name "; done </proc/modules
	fi
	for name; do
		# Built into the kernel: no line in /proc/modules.
		if [[ $loaded == *" $name "* ]] || [ -d "/sys/module/$name" ]; then fact module "$name"; fi
	done
	for file in /etc/modules /usr/lib/modules-load.d/*.conf /etc/modules-load.d/*.conf \
		/etc/sysconfig/modules/*.modules; do
		[ -r "$file" ] || continue
		while read -r line || [ -n "$line" ]; do
			case $line in '' | \#*) continue ;; esac
			for word in $line; do
				for name; do [ "$word" != "$name" ] || fact module.conf "$name" "$file"; done
			done
		done <"$file"
	done
}

completion() { # user
	local user=$1 file text word
	files /usr/share/bash-completion/bash_completion /etc/profile.d/bash_completion.sh
	for word in kubectl kubeadm; do
		files "/etc/bash_completion.d/$word" "/usr/share/bash-completion/completions/$word"
		for file in /root/.bashrc /root/.bash_profile "/home/$user/.bashrc" /etc/bash.bashrc /etc/bashrc /etc/profile \
			/etc/profile.d/*.sh; do
			[ -r "$file" ] || continue
			text=$(<"$file")
			case $text in *"$word completion bash"*) fact completion "$word" "$file" ;; esac
		done
	done
}

swap() {
	local line _
	{
		read -r _
		while read -r line; do fact swap "$line"; done
	} </proc/swaps
	[ -r /etc/fstab ] || return 0
	while read -r line || [ -n "$line" ]; do
		[[ $line =~ ^[^#[:space:]][^[:space:]]*[[:space:]]+[^[:space:]]+[[:space:]]+swap([[:space:]]|$) ]] &&
			fact fstab "$line"
	done </etc/fstab
}
