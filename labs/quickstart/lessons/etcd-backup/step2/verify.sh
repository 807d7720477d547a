#!/bin/bash
set -u
no() {
	echo "$*"
	exit 1
}
[ -s /var/backups/etcd.db ] || no "/var/backups/etcd.db is not there, or empty"
grep -aq '/registry/configmaps/ledger/accounts' /var/backups/etcd.db ||
	no "/var/backups/etcd.db does not hold the ConfigMap accounts of ledger"
said=$(timeout 50 docker run --rm --network none --entrypoint etcdctl -v /var/backups:/backup \
	registry.k8s.io/etcd:3.5.6-0 snapshot status /backup/etcd.db 2>&1) ||
	no "/var/backups/etcd.db is no good snapshot: $said"
