#!/bin/bash
# Sourced by the phases that make a node known to the cluster again: it then gets another range of pod addresses.

# forget_pod_range: what the pod network keeps of the old one. The bridge plugin refuses a bridge that has an address of
# another range; flannel's plugin takes the old range from this file until flannel has written the new one, and makes
# such a bridge again (seen on a real node: its pods then reached nobody).
forget_pod_range() {
	ip link delete cni0 2>/dev/null || true
	rm -f /run/flannel/subnet.env
}
