#!/bin/bash
# Remembers the old one; root has a copy of it.
set -uo pipefail
install -d -m 0700 /root/.kube
install -m 0600 /etc/kubernetes/admin.conf /root/.kube/config
grep client-certificate-data /etc/kubernetes/admin.conf | sha256sum >/var/lib/klab/lesson/admin.sum
