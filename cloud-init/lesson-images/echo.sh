#!/bin/sh
# Starts a server that answers each request with what it was. The first argument is the port, the environment's TEXT
# the first line.
exec nc -ll -p "${1:-8080}" -e /bin/answer
