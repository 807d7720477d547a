#!/bin/bash
# Root's shell does not load it (as Debian has it).
set -uo pipefail
[ ! -e /root/.bashrc ] || sed -i '/bash_completion/d' /root/.bashrc
