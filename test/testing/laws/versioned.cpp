// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/versioned.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "broken.hpp"

namespace {
using namespace laws_test;
using zddm::version;

template <class Store> std::set<std::string> breaks() {
  return broken<Store>([](auto make, auto fail) { zddm::testing::laws::versioned(make, fail); });
}

struct takes_equal : sound {
  bool put_if_newer(text const& k, text const& v, version n) {
    if (n == sound::get_versioned(k).version && n != version{}) return sound::put(k, v), true;
    return sound::put_if_newer(k, v, n);
  }
};
struct ignores_writer : sound {
  bool put_if_newer(text const& k, text const& v, version n) {
    return n.counter > sound::get_versioned(k).version.counter && sound::put_if_newer(k, v, n);
  }
};
struct forgets_tombstones : sound {
  zddm::versioned<text> get_versioned(text const& k) {
    auto at = sound::get_versioned(k);
    return at.value ? at : zddm::versioned<text>{};
  }
  bool put_if_newer(text const& k, text const& v, version n) { return n > get_versioned(k).version && (sound::put(k, v), true); }
};
struct assigns_in_two_steps : sound {
  version put_next(text const& k, text const& v, std::uint64_t process) {
    version const next{sound::get_versioned(k).version.counter + 1, process};
    gap();
    sound::put_if_newer(k, v, next);
    return next;
  }
};
struct one_comes_late : sound {
  bool put_if_newer(text const& k, text const& v, version n) {
    if (n.process != 0 || n == version{}) return sound::put_if_newer(k, v, n);
    gap();
    sound::put(k, v);
    return sound::put_if_newer(k, v, n);
  }
};
struct ignores_condition : sound {
  bool put_if_version(text const& k, maybe const& v, version, version next) {
    return sound::put_if_version(k, v, sound::get_versioned(k).version, next);
  }
};
struct keeps_version : sound {
  bool put_if_version(text const& k, maybe const& v, version n, version next) {
    if (sound::get_versioned(k).version != n) return false;
    (void)next;
    return v ? sound::put(k, *v) : sound::erase(k), true;
  }
};
struct condition_in_two_steps : sound {
  bool put_if_version(text const& k, maybe const& v, version n, version next) {
    if (sound::get_versioned(k).version != n) return false;
    gap();
    (void)sound::put_if_version(k, v, n, next);
    return true;
  }
};
} // namespace

TEST_CASE("versioned laws hold for the memory store") { CHECK(breaks<sound>() == std::set<std::string>{}); }

TEST_CASE("versioned laws name what a broken store breaks") {
  CHECK(breaks<takes_equal>().contains("put_if_newer refuses the same version again"));
  CHECK(breaks<ignores_writer>().contains("of equal counters the higher writer is newer"));
  CHECK(breaks<forgets_tombstones>().contains("an older put does not bring an erased key back"));
  CHECK(breaks<forgets_tombstones>().contains("an erase leaves a tombstone with its version"));
  CHECK(breaks<assigns_in_two_steps>().contains(
      "the versions that threads are assigned for one key are all different, and none is left out"));
  CHECK(breaks<one_comes_late>().contains("of racing puts the newest stays, with its own value"));
  CHECK(breaks<ignores_condition>().contains("put_if_version refuses a version the key no longer holds"));
  CHECK(breaks<keeps_version>().contains("after put_if_version the key holds the version it was given"));
  CHECK(breaks<condition_in_two_steps>().contains("of threads that put on one version, exactly one is told that it did"));
}
