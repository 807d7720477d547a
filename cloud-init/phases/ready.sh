#!/bin/bash
# Proves the pod network: a probe pod on every node fetches a page from the probe on every other one, and resolves a service name.
# Input: /etc/klab/probe.yaml; KLAB_NODES: how many nodes. Ends with "pairs N/N" and "dns N/N".

export KUBECONFIG=/etc/kubernetes/admin.conf
kube() { kubectl --request-timeout=60s "$@"; }

kube delete namespace klab-probe --ignore-not-found --wait=true --timeout=300s
kube apply -f /etc/klab/probe.yaml
kube -n klab-probe rollout status daemonset/probe --timeout="${KLAB_READY_TIMEOUT}s"

mapfile -t pods < <(kube -n klab-probe get pods -l app=probe -o jsonpath='{range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\n"}{end}')
[ "${#pods[@]}" -eq "$KLAB_NODES" ] || { echo "want $KLAB_NODES probe pods, there are ${#pods[@]}"; exit 1; }
ips=()
for pod in "${pods[@]}"; do read -r _ ip _ <<<"$pod"; ips+=("$ip"); done

# One exec a pod (each costs seconds under emulation): all its fetches and the name, tried until the deadline.
check() {
	local name=$1 node=$2
	shift 2
	# busybox's own wget -T crashes in Debian 12 (1.35): timeout instead.
	# shellcheck disable=SC2016 # expanded in the pod
	kube -n klab-probe exec "$name" -- sh -c '
		node=$1; shift; bad=
		for ip; do
			n=0; until timeout 10 wget -q -O /dev/null "http://$ip:8080/"; do n=$((n+1)); [ $n -lt 12 ] || { bad="$bad $ip"; break; }; sleep 2; done
		done
		n=0; until nslookup kubernetes.default.svc.cluster.local >/dev/null 2>&1 && timeout 10 wget -q -O /dev/null http://probe.klab-probe.svc.cluster.local:8080/; do
			n=$((n+1)); [ $n -lt 12 ] || { bad="$bad dns"; break; }; sleep 2
		done
		[ -z "$bad" ] || { echo "$node cannot reach:$bad"; exit 1; }
		echo "$node reaches $# pods and resolves names"' probe "$node" "$@"
}
jobs=()
for pod in "${pods[@]}"; do
	read -r name _ node <<<"$pod"
	check "$name" "$node" "${ips[@]}" &
	jobs+=($!)
done
failed=0
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
[ "$failed" = 0 ]
echo "pairs $((KLAB_NODES * KLAB_NODES))/$((KLAB_NODES * KLAB_NODES)), dns $KLAB_NODES/$KLAB_NODES"
kube delete namespace klab-probe --wait=false
