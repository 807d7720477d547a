#!/bin/bash
# Course 2.9.1: the pod network, from the bundle's manifest. Input: /etc/klab/cni.yaml.

export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl apply -f /etc/klab/cni.yaml
