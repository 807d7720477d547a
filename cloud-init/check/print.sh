#!/bin/bash
# Part of facts.sh: prints what the others find.

fact() { printf '%s\n' "$*"; }

# A file's text on one line, its words unchanged.
flat() { # key file
	local lines
	[ -r "$2" ] || return 0
	mapfile -t lines <"$2"
	fact "$1" "${lines[*]}"
}

# Those of the files that exist.
files() { # file...
	local file
	for file; do [ ! -e "$file" ] || fact file "$file"; done
}

# The lines of a file, without comments, empty lines and extra blanks.
lines() { # key file
	local line
	[ -r "$2" ] || return 0
	while read -r line || [ -n "$line" ]; do
		case $line in '' | \#*) continue ;; esac
		read -ra words <<<"$line"
		fact "$1" "${words[*]}"
	done <"$2"
}
