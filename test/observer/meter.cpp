// SPDX-License-Identifier: BSL-1.0
#include <zddm/observer/meter.hpp>

#include <chrono>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using namespace std::chrono_literals;
using zddm::event::side;

namespace {
auto read(zddm::observer::counts& c, side s) -> auto& {
  return c.of(s).took[static_cast<std::size_t>(zddm::event::operation::read)];
}
} // namespace

TEST_CASE("meter: durations are of the last minutes, counts of all time") {
  zddm::observer::counts counts;
  zddm::observer::meter meter(counts);
  read(counts, side::old_store).add(1ms);
  counts.compared[static_cast<std::size_t>(zddm::event::comparison::equal)] = 3;
  counts.fallbacks = 2;
  auto told = meter(100s);
  CHECK(told.old_reads.size() == 1);
  CHECK(told.new_reads.size() == 0);
  CHECK(told.counted == zddm::lifecycle::tally{3, 0, 0, 0, 0, 2});
  read(counts, side::new_store).add(2ms);
  CHECK(meter(159s).old_reads.size() == 1);
  told = meter(160s); // begins anew from what there was a minute ago
  CHECK(told.old_reads.size() == 0);
  CHECK(told.new_reads.size() == 1);
  CHECK(meter(219s).new_reads.size() == 1);
  CHECK(meter(220s).new_reads.size() == 0);
  CHECK(meter(220s).counted.fallbacks == 2);
}

TEST_CASE("meter: it tells of reads and writes of a proxy's stores") {
  using rows = zddm::memory::store<std::string, int>;
  rows from, to;
  zddm::lifecycle::handle life("trial");
  zddm::observer::counts counts;
  zddm::observer::meter meter(counts);
  zddm::proxy<rows, rows, zddm::lifecycle::local, zddm::observer::counters> proxy(from, to, life, counts);
  life.take(zddm::lifecycle::step::prepare);
  proxy.write("a", 1);
  CHECK(proxy.read("a") == 1);
  auto const told = meter();
  CHECK(told.old_writes.size() == 1);
  CHECK(told.new_writes.size() == 2);
  CHECK(told.new_reads.size() == 1);
  CHECK(told.old_reads.size() == 0);
}
