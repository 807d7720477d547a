#!/bin/bash
set -uo pipefail
docker rmi my.registry/pause:3.2 my.registry/coredns:1.7.0
