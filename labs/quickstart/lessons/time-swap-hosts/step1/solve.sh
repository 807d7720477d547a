#!/bin/bash
set -euo pipefail
ln -sfn /usr/share/zoneinfo/Asia/Shanghai /etc/localtime
[ ! -e /etc/timezone ] || echo Asia/Shanghai >/etc/timezone
