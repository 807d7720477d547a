#!/bin/bash
# Starts units that somebody stopped or masked. Arguments: the units. Prints a line for each that did not run, with how
# it was enabled.
for unit in "$@"; do
	systemctl -q is-active "$unit" && continue
	was=$(systemctl is-enabled "$unit" 2>/dev/null) || true
	{ systemctl unmask "$unit" && systemctl enable --now "$unit"; } || true
	echo "$unit was stopped and ${was:-unknown}: $(systemctl is-active "$unit" || true)"
done
