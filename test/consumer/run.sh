#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Installs zddm by CMake and by Meson, moves what was installed elsewhere, and builds and runs a foreign program with it
# in every way there is: find_package, pkg-config, Meson's dependency(), and zddm as a part of a CMake or Meson build.
set -eu
cd "$(dirname "$0")/../.."
source=$PWD
work=$source/build/consumer
rm -rf "$work"
mkdir -p "$work"

say() { echo "-- $*"; }

say "installed by CMake"
cmake -S . -B "$work/cmake-build" -G Ninja -DZDDM_TESTS=OFF --install-prefix "$work/first" >"$work/log" || { cat "$work/log"; exit 1; }
cmake --install "$work/cmake-build" >"$work/log"
mv "$work/first" "$work/by cmake"

say "installed by Meson"
meson setup "$work/meson-build" -Dtests=false --prefix "$work/second" >"$work/log" || { cat "$work/log"; exit 1; }
meson install -C "$work/meson-build" >"$work/log"
mv "$work/second" "$work/by meson"

say "both installed the same headers, and pkg-config says the same of them"
diff -r "$work/by cmake/include" "$work/by meson/include"
diff -r include/zddm "$work/by cmake/include/zddm"
for file in man/man1/zd.1 bash-completion/completions/zd zsh/site-functions/_zd; do
  cmp "$work/by cmake/share/$file" "$work/by meson/share/$file"
done
if grep -rl "$work" "$work/by cmake" "$work/by meson"; then
  echo "error: these files hold the path they were installed to" >&2
  exit 1
fi
pc() { # PREFIX ARGUMENT...: what pkg-config says with PREFIX in front
  prefix=$1
  shift
  PKG_CONFIG_PATH="$prefix/share/pkgconfig" pkg-config "$@"
}
(cd "$work/by cmake/share/pkgconfig" && ls) >"$work/modules"
for module in $(sed 's/\.pc$//' "$work/modules"); do
  for question in --modversion --cflags --libs; do
    pc "$work/by cmake" $question "$module" | sed 's/by\\* cmake/PREFIX/g' | tr ' ' '\n' | sort >"$work/one"
    pc "$work/by meson" $question "$module" | sed 's/by\\* meson/PREFIX/g' | tr ' ' '\n' | sort >"$work/two"
    diff "$work/one" "$work/two" || { echo "error: pkg-config $question $module differs" >&2; exit 1; }
  done
done

say "find_package"
cmake -S test/consumer -B "$work/find" -G Ninja -DCMAKE_PREFIX_PATH="$work/by cmake"
cmake --build "$work/find"
ctest --test-dir "$work/find" --no-tests=error --output-on-failure

for by in cmake meson; do
  say "pkg-config, installed by $by"
  eval "${CXX:-c++} -std=c++20 test/consumer/main.cpp $(pc "$work/by $by" --cflags --libs zddm) -o '$work/core'"
  "$work/core"
done
modules=$(sed 's/\.pc$//' "$work/modules")
eval "${CXX:-c++} -std=c++20 -DWITH_COMPONENTS test/consumer/main.cpp $(pc "$work/by meson" --cflags --libs $modules) -o '$work/full'"
"$work/full"

say "Meson's dependency()"
PKG_CONFIG_PATH="$work/by meson/share/pkgconfig" meson setup "$work/dependency" test/consumer
meson test -C "$work/dependency"

say "migrations of zd new, found by CMake"
cp -r test/consumer/application "$work/application"
export ZD_STATE="sqlite:$work/application/zd.db" ZD_DIR="$work/application/migrations"
configure() { cmake -S "$work/application" -B "$work/application/cmake" -G Ninja -DCMAKE_PREFIX_PATH="$work/by cmake"; }
configure
cmake --build "$work/application/cmake"
"$work/application/cmake/zd" new merge_names
cmake --build "$work/application/cmake"
[ "$("$work/application/cmake/zd" prepare merge_names)" = "merge_names is prepared (epoch 2)" ]

say "and by Meson"
PKG_CONFIG_PATH="$work/by meson/share/pkgconfig" meson setup "$work/application/meson" "$work/application"
ninja -C "$work/application/meson"
[ "$("$work/application/meson/zd" migrate merge_names)" = "merge_names is migrated (epoch 4)" ]

say "as a part of a CMake build"
cmake -S test/consumer -B "$work/subdirectory" -G Ninja -DZDDM_SOURCE="$source"
cmake --build "$work/subdirectory"
ctest --test-dir "$work/subdirectory" --no-tests=error --output-on-failure

say "as a part of a Meson build"
mkdir -p "$work/outer/subprojects/zddm"
cp test/consumer/main.cpp test/consumer/meson.build "$work/outer"
cp -r CMakeLists.txt meson.build meson_options.txt include test "$work/outer/subprojects/zddm"
meson setup --wrap-mode=forcefallback "$work/outer/build" "$work/outer"
meson test -C "$work/outer/build"
say "every way works"
