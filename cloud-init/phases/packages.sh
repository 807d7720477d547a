#!/bin/bash
# Course 2.4 to 2.6: kubeadm, kubelet and kubectl from the bundle, CNI plugins, kubelet's service, completion.

# shellcheck source-path=SCRIPTDIR source=bundle.sh
. /usr/lib/klab/bundle.sh
mount_bundle

# 2.5.6: the version of the Labfile, from the bundle's disk instead of a repository.
install -m 0755 "$BUNDLE"/bin/* /usr/bin/
mkdir -p /opt/cni/bin /etc/kubernetes/manifests /etc/systemd/system/kubelet.service.d
install -m 0755 "$BUNDLE"/cni/* /opt/cni/bin/
cp /usr/lib/klab/kubelet.service /etc/systemd/system/kubelet.service
cp /usr/lib/klab/10-kubeadm.conf /etc/systemd/system/kubelet.service.d/10-kubeadm.conf
systemctl daemon-reload

# 2.6.1: one cgroup driver for kubelet and runtime. kubeadm's KubeletConfiguration says it (2.9.2); the flag would be the older way.
[ -e /etc/default/kubelet ] || echo 'KUBELET_EXTRA_ARGS=' >/etc/default/kubelet

# 2.6.2: kubelet starts with the machine.
systemctl enable kubelet.service

# 2.9.5: completion for kubectl and kubeadm.
mkdir -p /etc/bash_completion.d
kubectl completion bash >/etc/bash_completion.d/kubectl
kubeadm completion bash >/etc/bash_completion.d/kubeadm

# Beside the course: the bundle's disk is not needed any more.
umount "$BUNDLE"
