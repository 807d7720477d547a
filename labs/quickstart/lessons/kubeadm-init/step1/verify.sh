#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /root/init.txt ] || no "/root/init.txt is not there, or empty"
said=$(tr -s '=\\\n' ' ' </root/init.txt)
for flag in '--apiserver-advertise-address 192.168.31.61' '--kubernetes-version v1.23.17' \
	'--service-cidr 10.1.0.0/16' '--pod-network-cidr 10.81.0.0/16'; do
	[[ " $said " == *" $flag "* ]] || no "/root/init.txt: the flag ${flag% *} is missing, or has another value"
done
