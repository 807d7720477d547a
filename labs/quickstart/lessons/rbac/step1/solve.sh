#!/bin/bash
set -euo pipefail
kubectl -n team create serviceaccount viewer
kubectl -n team create role pod-viewer --verb=get,list,watch --resource=pods
kubectl -n team create rolebinding viewer --role=pod-viewer --serviceaccount=team:viewer
