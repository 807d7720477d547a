#!/bin/bash
# Sourced by the phases that register a node again. The node then gets another range of pod addresses.

# forget_pod_range: removes what the pod network keeps of the old range. The bridge plugin refuses a bridge with an
# address of another range. flannel's plugin reads the old range from this file until flannel has written the new one,
# and makes such a bridge again (seen on a real node: its pods then reached nobody).
forget_pod_range() {
	ip link delete cni0 2>/dev/null || true
	rm -f /run/flannel/subnet.env
}
