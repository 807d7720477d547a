#!/bin/bash
# Sourced by the phases that ask an API server, which may be busy.

# retry COMMAND…: runs it every 5 s until it succeeds; fails after 60 tries.
retry() {
	local tries=1
	until "$@"; do
		[ "$tries" -lt 60 ] || return 1
		tries=$((tries + 1))
		sleep 5
	done
}
