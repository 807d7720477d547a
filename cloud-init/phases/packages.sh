#!/bin/bash
# Course 2.4 to 2.6: kubeadm, kubelet and kubectl from the bundle or from a repository, CNI plugins, kubelet's service,
# completion.

# shellcheck source-path=SCRIPTDIR source=family.sh
. /usr/lib/klab/family.sh
mount_bundle

# 2.5.6: the version of the Labfile, from a repository (2.5.1 to 2.5.5) or from the bundle's disk.
mkdir -p /opt/cni/bin /etc/kubernetes/manifests /etc/systemd/system/kubelet.service.d
if [ "$KLAB_PACKAGES" = repository ]; then
	kubernetes_install
	# The packages' own unit, but not restarted every 10 s before init or join: that takes too much of a slow host.
	printf '[Unit]
ConditionPathExists=/var/lib/kubelet/config.yaml
' >/etc/systemd/system/kubelet.service.d/20-klab.conf
else
	install -m 0755 "$BUNDLE"/bin/* /usr/bin/
	cp /usr/lib/klab/kubelet.service /etc/systemd/system/kubelet.service
	# kubelet's own flags are where the family's packages have them.
	sed "s#/etc/default/kubelet#$KUBELET_ENV#" /usr/lib/klab/10-kubeadm.conf \
		>/etc/systemd/system/kubelet.service.d/10-kubeadm.conf
fi
# In both cases: the plugins that the bundle's pod network needs. Some of them are in no package.
if [ -d "$BUNDLE/cni" ] || [ "$KLAB_PACKAGES" = bundle ]; then install -m 0755 "$BUNDLE"/cni/* /opt/cni/bin/; fi

# Beside the course: the script that kubelet on a slow host runs instead of the plugins (cni-plugin.sh says why).
if [ "$KLAB_RUNTIME" = docker ] && [ "$MINOR" -lt 24 ]; then
	mkdir -p /usr/lib/klab/cni
	for name in bandwidth calico flannel portmap; do
		install -m 0755 /usr/lib/klab/cni-plugin.sh "/usr/lib/klab/cni/$name"
	done
fi

# 2.6.1: one cgroup driver for kubelet and runtime: in kubeadm's KubeletConfiguration (2.9.2), before 1.20 a flag.
flags=
if [ "$MINOR" -lt 20 ]; then
	flags=--cgroup-driver=systemd
fi
[ -e "$KUBELET_ENV" ] || echo 'KUBELET_EXTRA_ARGS=' >"$KUBELET_ENV"
# Only if there are none: a trainee's own flags stay.
[ -z "$flags" ] || sed -i "s/^KUBELET_EXTRA_ARGS=\$/&$flags/" "$KUBELET_ENV"
systemctl daemon-reload

# 2.6.2: kubelet starts with the machine.
systemctl enable kubelet.service

# 2.9.5: completion for kubectl and kubeadm.
mkdir -p /etc/bash_completion.d
kubectl completion bash >/etc/bash_completion.d/kubectl
kubeadm completion bash >/etc/bash_completion.d/kubeadm

# Beside the course: the bundle's disk is not needed any more.
umount "$BUNDLE"
