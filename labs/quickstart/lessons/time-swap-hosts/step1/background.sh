#!/bin/bash
# Course 2.2.5 undone: the zone is UTC.
set -uo pipefail
ln -sfn /usr/share/zoneinfo/UTC /etc/localtime
[ ! -e /etc/timezone ] || echo UTC >/etc/timezone
