#!/bin/bash
set -euo pipefail
secret=$(kubectl -n team get serviceaccount viewer -o jsonpath='{.secrets[0].name}')
token=$(kubectl -n team get secret "$secret" -o jsonpath='{.data.token}' | base64 -d)
config="kubectl config --kubeconfig=/root/viewer.conf"
$config set-cluster lab --server=https://192.168.31.61:6443 \
  --certificate-authority=/etc/kubernetes/pki/ca.crt --embed-certs
$config set-credentials viewer --token="$token"
$config set-context viewer --cluster=lab --user=viewer --namespace=team
$config use-context viewer
