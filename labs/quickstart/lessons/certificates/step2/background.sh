#!/bin/bash
# Remembers the old one.
set -uo pipefail
openssl x509 -in /etc/kubernetes/pki/apiserver.crt -noout -serial >/var/lib/klab/lesson/apiserver.serial
