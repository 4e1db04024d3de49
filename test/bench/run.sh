#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Measures how fast zddm is, and prints lines of a name, a value and a unit. Speeds are ratios of two ways to do the same,
# measured turn by turn in one run: more than 1 is faster than what it is held against.
#   sh test/bench/run.sh              1,000,000 rows
#   sh test/bench/run.sh --big        10,000,000 rows, each once
#   sh test/bench/run.sh --rows N     as many
#   sh test/bench/run.sh --turns N    how often each is repeated; the median is printed (7)
#   sh test/bench/run.sh --only NAME  one of backfill memory proxy resume verify instructions
set -eu
cd "$(dirname "$0")/../.."
. test/tools/packages.sh

arguments=
names="$(sed -n 's/^bench \([^ ]*\).*/\1/p' test/tests.txt) instructions"
while [ $# -gt 0 ]; do
  case $1 in
  --big) arguments="$arguments --rows=10000000 --turns=1" ;;
  --only) names=${2:?--only needs a name}; shift ;;
  --rows | --turns) arguments="$arguments $1=${2:?$1 needs a number}"; shift ;;
  *) sed -n 's/^# \{0,1\}//; 3,9p' "$0" >&2; exit 2 ;;
  esac
  shift
done

zddm_install $zddm_test_packages >&2
cmake --preset release >&2
echo "machine/cores $(nproc) cores"
for name in $names; do
  echo "machine/load $(cut -d' ' -f1 /proc/loadavg) processes"
  if [ "$name" = instructions ]; then
    python3 test/tools/overhead.py --lines
  else
    cmake --build --preset release --target "test.bench.$name" >&2
    "build/release/test/bench/$name" $arguments
  fi
done
