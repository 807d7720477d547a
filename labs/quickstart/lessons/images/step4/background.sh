#!/bin/bash
set -uo pipefail
docker rmi my.registry/pause:3.6 my.registry/coredns:v1.8.6
