#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Installs what is missing, builds, and migrates this machine's package index while two services use it.
#   sh docs/examples/packages/run.sh [--input FILE] [--rows N] [--seconds N] [--keep]
set -eu
cd "$(dirname "$0")/../../.."
. test/tools/packages.sh

zddm_install $zddm_packages
cmake --preset release >&2
cmake --build --preset release --target examples.packages.packages examples.packages.service examples.packages.zd >&2

input=
for word in "$@"; do
  case $word in --input | --input=*) input=given ;; esac
done
if [ -z "$input" ]; then
  index=$(mktemp)
  trap 'rm -f "$index"' EXIT
  apt-cache dumpavail >"$index" 2>/dev/null || true
  [ -s "$index" ] || cp /var/lib/dpkg/status "$index"
  set -- --input "$index" "$@"
fi
build/release/examples/packages/packages "$@"
