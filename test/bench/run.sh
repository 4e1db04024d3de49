#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Measures how fast zddm is, and prints lines of a name, a value and a unit. Speeds are ratios of two ways to do the same,
# measured turn by turn in one run: more than 1 is faster than what it is held against.
#   sh test/bench/run.sh              1,000,000 rows
#   sh test/bench/run.sh --rows N     as many
#   sh test/bench/run.sh --turns N    how often each is repeated; the median is printed (7)
set -eu
cd "$(dirname "$0")/../.."
. test/tools/packages.sh

arguments=
while [ $# -gt 0 ]; do
  case $1 in
  --rows | --turns) arguments="$arguments $1=${2:?$1 needs a number}"; shift ;;
  *) sed -n 's/^# \{0,1\}//; 3,7p' "$0" >&2; exit 2 ;;
  esac
  shift
done

zddm_install $zddm_test_packages >&2
names=$(sed -n 's/^bench \([^ ]*\).*/\1/p' test/tests.txt)
{
  cmake --preset release
  for name in $names; do cmake --build --preset release --target "test.bench.$name"; done
} >&2
echo "machine/cores $(nproc) cores"
echo "machine/load $(cut -d' ' -f1 /proc/loadavg) processes"
for name in $names; do "build/release/test/bench/$name" $arguments; done
