// SPDX-License-Identifier: BSL-1.0
// expect: so that a rollback after the switch would lose or change what was written
// expect: Give the mapping a to_old
// expect: guarantee_reversible_lossy.cpp:
#include <string>

#include <zddm/core/mapping.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/proxy/proxy.hpp>

struct words {
  static constexpr bool lossy = true;
  static std::string to_new(int v) { return std::to_string(v); }
  static int to_old(std::string const& v) { return static_cast<int>(v.size()); }
};
using numbers = zddm::memory::store<int, int>;
using texts = zddm::memory::store<int, std::string>;
using users = zddm::proxy<zddm::mapped<numbers, words>, texts, zddm::lifecycle::local>;

static_assert(zddm::demand<users, zddm::guarantee::reversible>);
