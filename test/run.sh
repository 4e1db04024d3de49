#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Builds zddm and runs every test, after installing by apt whatever is missing.
#   sh test/run.sh                 with CMake, preset dev
#   sh test/run.sh --preset NAME   with another preset: asan, tsan, clang, release
#   sh test/run.sh --meson         with Meson
set -eu
cd "$(dirname "$0")/.."
. test/tools/packages.sh

preset=dev
builder=cmake
while [ $# -gt 0 ]; do
  case $1 in
  --meson) builder=meson ;;
  --preset) preset=${2:?--preset needs a name}; shift ;;
  *) sed -n 's/^# \{0,1\}//; 3,6p' "$0" >&2; exit 2 ;;
  esac
  shift
done

zddm_install $zddm_test_packages
cores=$(nproc)
export CMAKE_BUILD_PARALLEL_LEVEL="$cores" CTEST_PARALLEL_LEVEL="$cores" MESON_TESTTHREADS="$cores"

# What one build has compiled the other takes from ccache, in this folder and in others: to its key count the preprocessed
# source and the flags, and these two builds differ in none of them but in those that change no object.
flags="-g -Wall -Wextra -Wpedantic -Wshadow -std=c++20 -Werror"
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1 CCACHE_IGNOREOPTIONS="-pthread -Wshadow -MT -MQ -fdiagnostics-color=never"

# What must run: fewer would be tests that were skipped without a word.
wanted=$(grep -cvE '^(#|program |[[:space:]]*$)' test/tests.txt)
wanted=$((wanted + $(python3 test/tools/compile_fail.py list | grep -c .cpp || true)))
wanted=$((wanted + $(python3 test/tools/docs.py list | grep -c . || true)))

count() {
  if [ "$1" != "$wanted" ]; then
    echo "error: $1 tests were set up, the manifest, the refused programs and the documentation make $wanted" >&2
    exit 1
  fi
}

if [ "$builder" = meson ]; then
  again=
  [ ! -d build/meson/meson-info ] || again=--reconfigure # new pages and new refused programs are found by configuring
  meson setup $again build/meson --buildtype=plain -Dwarning_level=0 -Dcpp_std=none -Db_colorout=never "-Dcpp_args=$flags"
  ninja -C build/meson -k 0 -j "$cores"
  status=0
  meson test -C build/meson --print-errorlogs || status=$?
  number() { sed -n "s/^$1: *\([0-9]*\).*/\1/p" build/meson/meson-logs/testlog.txt | tail -n 1; }
  passed=$(number Ok)
  failed=$(($(number Fail) + $(number Timeout) + $(number "Unexpected Pass") + $(number Skipped)))
  echo "$passed passed, $failed failed"
  count $((passed + failed))
  [ "$failed" = 0 ] || status=1
  exit "$status"
fi

cmake --preset "$preset"
cmake --build --preset "$preset" -- -k 0
count "$(ctest --preset "$preset" -N | sed -n 's/^Total Tests: //p')"
ctest --preset "$preset"
