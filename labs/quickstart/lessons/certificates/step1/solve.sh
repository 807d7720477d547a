#!/bin/bash
set -euo pipefail
openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -enddate >/root/apiserver-end.txt
