// SPDX-License-Identifier: BSL-1.0
#include <zddm/observer/counters.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

using zddm::event::operation;
using zddm::event::side;

namespace {
constexpr auto at(operation o) { return static_cast<std::size_t>(o); }
using rows = zddm::memory::store<std::string, int>;
} // namespace

TEST_CASE("counters tell who answered, how often each store was called, and what was filled") {
  rows old_rows, new_rows;
  zddm::lifecycle::handle life("trial");
  zddm::observer::counts counts;
  zddm::proxy<rows, rows, zddm::lifecycle::local, zddm::observer::counters> proxy(old_rows, new_rows, life, counts);
  old_rows.put("k", 1);
  (void)proxy.read("k");
  CHECK(counts.of(side::old_store).answered[at(operation::read)] == 1);
  CHECK(counts.read_from_new() == 0);

  life.take(zddm::lifecycle::step::prepare);
  (void)proxy.read("k"); // Old answers, New is filled
  (void)proxy.read("k"); // New answers
  CHECK(counts.fills == 1);
  CHECK(counts.of(side::old_store).answered[at(operation::read)] == 2);
  CHECK(counts.of(side::new_store).answered[at(operation::read)] == 1);
  CHECK(counts.read_from_new() == doctest::Approx(1.0 / 3));

  proxy.write("k", 2);
  CHECK(counts.of(side::old_store).took[at(operation::write)].size() == 1);
  CHECK(counts.of(side::new_store).took[at(operation::write)].size() == 2); // begin and end
}

TEST_CASE("counters count failures, fallbacks and quarantines") {
  rows old_rows, inner;
  zddm::testing::faulty_store<rows> new_rows(inner);
  zddm::lifecycle::handle life("trial");
  zddm::observer::counts counts;
  zddm::proxy<rows, decltype(new_rows), zddm::lifecycle::local, zddm::observer::counters> proxy(old_rows, new_rows, life, counts);
  life.take(zddm::lifecycle::step::prepare);
  new_rows.script(zddm::testing::fail_always());
  (void)proxy.read("k");
  CHECK(counts.fallbacks == 1);
  CHECK(counts.of(side::new_store).failed[at(operation::read)] == 1);
  proxy.write("k", 1);
  CHECK(counts.quarantines == 1);
  CHECK(counts.of(side::new_store).failed[at(operation::write)] >= 1);
}
