#!/bin/sh
# Runs instead of a CNI plugin of /opt/cni/bin, with the plugin's name, when kubelet up to 1.23 works with docker. It
# starts each plugin every 5 s to ask for its version (libcni, ValidateNetworkList), and believes in a pod network when
# all plugins have answered. On a slow host both cost minutes.
# - The version is remembered. Calico's plugin is a program of 60 MB, which takes 1 to 2 s of an emulated CPU each time.
# - flannel's plugin says no version until flanneld has written the file that it needs. Otherwise kubelet makes and
#   removes pods again and again until then, which leaves the agent no CPU to start with. Calico's manifest sees to that
#   itself (startBeforePlugin in src/cluster/calico-manifest.ts).
name=${0##*/}
plugin=/opt/cni/bin/$name
[ "$CNI_COMMAND" = VERSION ] || exec "$plugin"
agent=/run/flannel/subnet.env
if [ "$name" = flannel ] && [ ! -e "$agent" ]; then
	# The form of a plugin's error; 11: try again later (CNI specification, "Error").
	echo "{\"cniVersion\":\"0.3.1\",\"code\":11,\"msg\":\"$name waits for its agent: there is no $agent yet\"}"
	exit 1
fi
kept=/run/klab/cni/$name
# The plugin is asked again if it was replaced, and after a boot.
# shellcheck disable=SC3013 # dash and busybox have it
if [ ! "$kept" -nt "$plugin" ]; then
	mkdir -p /run/klab/cni
	"$plugin" >"$kept.$$" || exit
	mv "$kept.$$" "$kept"
fi
exec cat "$kept"
