#!/bin/sh
# One request from standard input: answered with its host, its first line and its headers.
read -r request || exit 0
headers=
while read -r line; do
	line=${line%"$(printf '\r')"}
	[ -n "$line" ] || break
	headers="$headers$line
"
done
body="${TEXT:-klab}
host: $(hostname)
request: ${request%"$(printf '\r')"}
$headers"
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' \
	"$(printf %s "$body" | wc -c)" "$body"
