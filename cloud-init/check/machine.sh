#!/bin/bash
# Part of facts.sh: the machine, its repositories, its units and its clock (2.1, 2.2.1, 2.2.5).

# shellcheck disable=SC2094 # `fact "$file"` names a file, it does not write to it

hardware() {
	local cpus=(/sys/devices/system/cpu/cpu[0-9]*) key kib _ block size
	fact cpus "${#cpus[@]}"
	while read -r key kib _; do
		[ "$key" != MemTotal: ] || fact memory "$kib"
	done </proc/meminfo
	for block in /sys/block/*/size; do
		read -r size <"$block"
		fact disk "$((size * 512))"
	done
	read -r key </proc/sys/kernel/osrelease && fact kernel "$key"
	read -r key </proc/sys/kernel/hostname && fact hostname "$key"
	lines os /etc/os-release
	ip -4 -o addr show 2>/dev/null | while read -r _ key _ size _; do fact address "$key" "$size"; done
}

repositories() {
	local file line
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
		/etc/yum.repos.d/*.repo; do
		[ -r "$file" ] || continue
		while read -r line || [ -n "$line" ]; do
			case $line in deb\ * | URIs:* | baseurl=* | mirrorlist=* | metalink=*) fact repo "$file" "$line" ;; esac
		done <"$file"
	done
}

# One call for all units: their state now, and after a reboot.
units() {
	local line id='' load='' active='' file=''
	systemctl show -p Id -p LoadState -p ActiveState -p UnitFileState "$@" 2>/dev/null | {
		while read -r line || [ -n "$line" ]; do
			case $line in
			Id=*) id=${line#*=} ;;
			LoadState=*) load=${line#*=} ;;
			ActiveState=*) active=${line#*=} ;;
			UnitFileState=*) file=${line#*=} ;;
			'')
				[ -z "$id" ] || fact unit "$id" "$load" "$active" "${file:-none}"
				id='' load='' active='' file=''
				;;
			esac
		done
		[ -z "$id" ] || fact unit "$id" "$load" "$active" "${file:-none}"
	}
}

clock() {
	printf 'epoch %(%s)T\n' -1
	printf 'offset %(%z)T\n' -1
	fact zone "$(readlink /etc/localtime || :)"
}
