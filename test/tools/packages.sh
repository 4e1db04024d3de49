# SPDX-License-Identifier: BSL-1.0
# The Debian packages zddm wants, in one place. To be sourced, from the root of the sources:
#   zddm_install $zddm_packages        what the headers, the examples and their build need
#   zddm_install $zddm_test_packages   the same, and what the tests and checks need

zddm_packages="g++ cmake ninja-build pkg-config python3 ccache libboost-dev libboost-context-dev librange-v3-dev libxxhash-dev
  libsqlite3-dev liblmdb-dev libpq-dev libcli11-dev libfmt-dev nlohmann-json3-dev doctest-dev librapidcheck-dev
  libbenchmark-dev prometheus-cpp-dev"
zddm_test_packages="$zddm_packages meson git clang-19 libclang-rt-19-dev clang-format-19 binutils
  valgrind postgresql zsh man-db iproute2"

# Installs what is missing of the packages named, by apt, and prints the line it runs.
# On a system without dpkg it says what is needed and leaves the rest to the build.
zddm_install() {
  if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian system; needed are what Debian calls: $*" >&2
    return 0
  fi
  zddm_missing=
  for zddm_one in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$zddm_one" 2>/dev/null)" = installed ] || zddm_missing="$zddm_missing $zddm_one"
  done
  [ -n "$zddm_missing" ] || return 0
  zddm_sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "neither root nor sudo: install these first:$zddm_missing" >&2; return 1; }
    zddm_sudo="sudo "
  fi
  set -- ${zddm_sudo}env DEBIAN_FRONTEND=noninteractive apt-get
  if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then zddm_apt "$@" update || return 1; fi
  # Lists may have aged beyond what the mirror still holds: then once more with new ones.
  zddm_apt "$@" install -y --no-install-recommends $zddm_missing && return 0
  zddm_apt "$@" update && zddm_apt "$@" install -y --no-install-recommends $zddm_missing
}

zddm_apt() {
  echo "+ $*"
  "$@" >&2
}
