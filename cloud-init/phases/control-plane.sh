#!/bin/bash
# Course 2.9.2, 2.9.3: kubeadm init, kubeconfig for root and for the lab user. Input: /etc/klab/kubeadm-init.yaml,
# /etc/klab/patches/.

# shellcheck source-path=SCRIPTDIR source=retry.sh
. /usr/lib/klab/retry.sh
# shellcheck source-path=SCRIPTDIR source=pod-range.sh
. /usr/lib/klab/pod-range.sh
# shellcheck source-path=SCRIPTDIR source=bundle.sh
. /usr/lib/klab/bundle.sh
# shellcheck source-path=SCRIPTDIR source=control-plane-repair.sh
. /usr/lib/klab/control-plane-repair.sh

# This file exists while klab itself runs init. Only such an init is ever reset, never a cluster that is just slow, and
# never one that a trainee made by hand.
begun=/var/lib/klab/init-begun
# This file exists while klab repairs the control plane. klab removes its mark before it asks for a repair.
repairing=/var/lib/klab/repair-begun

# KLAB_REPAIR: klab made this control plane, and something of it is gone.
[ -z "${KLAB_REPAIR:-}" ] || touch "$repairing"
# Beside the course, on a slow host.
if [ -n "${KLAB_PACE_API:-}" ]; then
	install -m 0644 /usr/lib/klab/api-pace.service /etc/systemd/system/klab-api-pace.service
	systemctl daemon-reload
	systemctl --quiet enable --now klab-api-pace.service
fi
if [ -e "$begun" ]; then
	kubeadm reset -f --cri-socket "$KLAB_CRI_SOCKET"
	rm -f "$begun"
fi
if [ -e /etc/kubernetes/manifests/kube-apiserver.yaml ]; then
	if [ -e "$repairing" ]; then
		make_whole
		make_known
	fi
	retry healthy || {
		echo "$KLAB_NODE has a control plane that does not answer; look at it with:" \
			'docker ps -a, journalctl -u kubelet; or begin again: kubeadm reset'
		exit 1
	}
else
	touch "$begun"
	# 2.9.2: this file says the same as the course's flags.
	# shellcheck disable=SC2086 # flags, made by klab from a fixed list
	kubeadm init --config /etc/klab/kubeadm-init.yaml $KLAB_INIT_FLAGS
	# Beside the course: init is over.
	rm -f "$begun"
fi
rm -f "$repairing" /etc/klab/kubeadm-init.yaml

# Beside the course: programs in the bundle for this node only, such as calicoctl.
if mount_bundle 2>/dev/null; then
	for program in "$BUNDLE"/control-plane/*; do
		[ ! -e "$program" ] || install -m 0755 "$program" /usr/bin/
	done
	umount "$BUNDLE"
fi

# 2.9.3: kubectl for root and for the lab user.
for home in /root "/home/$KLAB_USER"; do
	owner=$(stat -c %u:%g "$home")
	install -d -m 0700 -o "${owner%:*}" -g "${owner#*:}" "$home/.kube"
	install -m 0600 -o "${owner%:*}" -g "${owner#*:}" /etc/kubernetes/admin.conf "$home/.kube/config"
done
