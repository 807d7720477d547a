#!/bin/sh
# Runs instead of a CNI plugin of /opt/cni/bin, with the plugin's name, and remembers its version. kubelet up to 1.23
# with docker starts each plugin every 5 s to ask for its version (libcni, ValidateNetworkList). Calico's is a program
# of 60 MB, which takes 1 to 2 s of an emulated CPU each time.
name=${0##*/}
plugin=/opt/cni/bin/$name
[ "$CNI_COMMAND" = VERSION ] || exec "$plugin"
kept=/run/klab/cni/$name
# The plugin is asked again if it was replaced, and after a boot.
# shellcheck disable=SC3013 # dash and busybox have it
if [ ! "$kept" -nt "$plugin" ]; then
	mkdir -p /run/klab/cni
	"$plugin" >"$kept.$$" || exit
	mv "$kept.$$" "$kept"
fi
exec cat "$kept"
