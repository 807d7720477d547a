#!/bin/bash
set -euo pipefail
{
  echo "kubeadm $(kubeadm version -o short)"
  echo "kubelet $(kubelet --version | cut -d ' ' -f 2)"
  echo "kubectl $(kubectl version --client --short | cut -d ' ' -f 3)"
  echo "docker $(docker version --format '{{.Server.Version}}')"
} >/root/versions.txt
