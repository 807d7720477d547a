#!/bin/bash
# Beside the course: the address that several control planes share. Input: /etc/klab/haproxy.cfg and
# /etc/klab/keepalived.conf.

# shellcheck source-path=SCRIPTDIR source=family.sh
. /usr/lib/klab/family.sh

# klab's own image of such a lab has them.
install_packages haproxy keepalived

# set_up UNIT FILE TARGET: restarts the service only if its file changed: a restart ends all connections through it.
set_up() {
	local unit=$1 file=$2 target=$3 before
	before=$(config_before "$target")
	mkdir -p "$(dirname "$target")"
	install -m 0644 "$file" "$target"
	systemctl enable "$unit"
	if [ "$before" != "$(cat "$target")" ] || ! systemctl -q is-active "$unit"; then systemctl restart "$unit"; fi
	config_read "$target"
}

# At boot keepalived gives up an interface that is not there yet. Its peers need it back after a crash.
mkdir -p /etc/systemd/system/keepalived.service.d
cat >/etc/systemd/system/keepalived.service.d/klab.conf <<'UNIT'
[Service]
ExecStartPre=/bin/sh -c 'until ip -4 -o addr show dev lab0 | grep -q inet; do sleep 1; done'
TimeoutStartSec=10min
Restart=always
RestartSec=5
UNIT
systemctl daemon-reload

haproxy -c -f /etc/klab/haproxy.cfg
set_up haproxy.service /etc/klab/haproxy.cfg /etc/haproxy/haproxy.cfg
set_up keepalived.service /etc/klab/keepalived.conf /etc/keepalived/keepalived.conf
