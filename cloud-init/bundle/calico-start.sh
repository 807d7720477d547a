#!/bin/sh
# Entrypoint of klab's calico/node: what the original's start_runit does for a VXLAN backend, without runit and BIRD.
# -startup gives the API server 2 s and exits: tried again here, because kubelet would wait longer each time.
until calico-node -startup; do sleep 2; done
NODENAME=$(cat /var/lib/calico/nodename) || exit 1
export NODENAME FELIX_FELIXHOSTNAME="$NODENAME" FELIX_DATASTORETYPE="${DATASTORE_TYPE:-kubernetes}"

# Each is started again when it ends: felix ends by itself when a setting changes.
keep() {
	while :; do
		calico-node "$1"
		sleep 1
	done
}
keep -allocate-tunnel-addrs &
keep -monitor-addresses &
[ "${CALICO_MANAGE_CNI:-true}" = false ] || keep -monitor-token &
trap 'trap - TERM; kill 0; exit 0' TERM INT
keep -felix &
wait
