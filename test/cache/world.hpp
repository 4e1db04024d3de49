// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>

#include <zddm/cache/flow.hpp>
#include <zddm/cache/read_through.hpp>
#include <zddm/cache/write_through.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>
#include <zddm/testing/manual_executor.hpp>

namespace cache_test {

using zddm::lifecycle::step;
using rows = zddm::memory::store<std::string, int>;
using flaky = zddm::testing::faulty_store<rows>;
using executor = zddm::testing::manual_executor;

/// Two stores, a migration that is prepared, an executor and a proxy.
template <class Reads, class Writes, class Consistency = zddm::consistency::intent> struct world {
  rows from, to;
  flaky broken{to};
  zddm::lifecycle::handle migration{"m"};
  zddm::observer::counts counts;
  executor later;
  std::optional<
      zddm::proxy<rows, flaky, zddm::lifecycle::local, zddm::observer::counters, zddm::cache::flow<Reads, Writes>, Consistency>>
      proxy;

  explicit world(std::size_t room = 1000) : later(room) {
    proxy.emplace(from, broken, migration, counts, later);
    migration.take(step::prepare);
  }
  auto* operator->() { return &*proxy; }
};

} // namespace cache_test
