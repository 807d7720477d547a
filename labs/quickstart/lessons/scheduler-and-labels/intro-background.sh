#!/bin/bash
set -uo pipefail
kubectl create namespace place
