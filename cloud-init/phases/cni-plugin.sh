#!/bin/sh
# Stands before a CNI plugin of /opt/cni/bin, under the plugin's name. kubelet up to 1.23 with docker starts each plugin
# every 5 s to ask for its version (libcni, ValidateNetworkList). Calico's is a program of 60 MB: 1 to 2 s of an
# emulated CPU each time.
name=${0##*/}
plugin=/opt/cni/bin/$name
[ "$CNI_COMMAND" = VERSION ] || exec "$plugin"
kept=/run/klab/cni/$name
# Asked again when the plugin is replaced, and after a boot.
# shellcheck disable=SC3013 # dash and busybox have it
if [ ! "$kept" -nt "$plugin" ]; then
	mkdir -p /run/klab/cni
	"$plugin" >"$kept.$$" || exit
	mv "$kept.$$" "$kept"
fi
exec cat "$kept"
