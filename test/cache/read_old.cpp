// SPDX-License-Identifier: BSL-1.0
#include <zddm/cache/read_old.hpp>

#include <string>

#include <doctest/doctest.h>

#include "cache/world.hpp"

using namespace cache_test;

using zddm::consistency::intent;
using zddm::consistency::key_locked;
using zddm::event::side;
template <class Consistency> using shadow = world<zddm::cache::read_old_on<executor>, zddm::cache::write_through, Consistency>;

namespace {
template <class W> std::uint64_t answered(W const& w, side s) {
  return w.counts.of(s).answered[static_cast<std::size_t>(zddm::event::operation::read)];
}
} // namespace

TEST_CASE_TEMPLATE("cache read_old: Old answers, and New is read and filled for nobody", Consistency, intent, key_locked) {
  shadow<Consistency> w;
  w.from.put("k", 1);
  CHECK(w->read("k") == 1);
  CHECK_FALSE(w.to.get("k"));
  w.later.flush();
  CHECK(w.to.get("k") == 1);
  CHECK(w->read("k") == 1);
  w.later.flush();
  CHECK(answered(w, side::old_store) == 2);
  CHECK(answered(w, side::new_store) == 0);
  CHECK(w.counts.of(side::new_store).took[static_cast<std::size_t>(zddm::event::operation::shadow)].size() > 0);
}

TEST_CASE_TEMPLATE("cache read_old: a New that fails is nobody's error", Consistency, intent, key_locked) {
  shadow<Consistency> w;
  w.from.put("k", 1);
  w.broken.script(zddm::testing::fail_always());
  CHECK(w->read("k") == 1);
  CHECK_NOTHROW(w.later.flush());
  CHECK(w.counts.fallbacks <= 1);
}

TEST_CASE("cache read_old: what a full executor does not take is counted") {
  world<zddm::cache::read_old_on<executor>, zddm::cache::write_through> w(0);
  w.from.put("k", 1);
  CHECK(w->read("k") == 1);
  CHECK(w.counts.shed == 1);
}

TEST_CASE("cache read_old: from switching on New answers") {
  shadow<intent> w;
  w->write("k", 1);
  w.migration.take(step::migrate);
  bool lent = w->visit("k", [](int const& n) { CHECK(n == 1); });
  CHECK(lent);
  CHECK(answered(w, side::new_store) == 0);
  w.migration.take(step::cut_over);
  CHECK(w->read("k") == 1);
  CHECK(answered(w, side::new_store) == 1);
}
