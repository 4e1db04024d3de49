// SPDX-License-Identifier: BSL-1.0
#include <zddm/gate/hit_rate.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

#include "gate/question.hpp"

using namespace zddm;

namespace {
template <class Gate> void answer(Gate& gate, int hits, int misses) {
  for (int i = 0; i < hits; ++i) gate.answered(event::side::new_store);
  for (int i = 0; i < misses; ++i) gate.answered(event::side::old_store);
}
} // namespace

TEST_CASE("gate hit_rate: doubles when New answered enough of the latest reads, and not before") {
  gate_test::bound<gate::hit_rate<80, 10>> gate;
  CHECK(gate.rate() == threshold::percent(1));
  answer(gate, 7, 3);
  CHECK(gate.rate() == threshold::percent(1));
  answer(gate, 9, 0);
  CHECK(gate.rate() == threshold::percent(1));
  answer(gate, 0, 1);
  CHECK(gate.rate().value == threshold::percent(1).value * 2);
}

TEST_CASE("gate hit_rate: opens in seven steps, and stays open when New answers no more") {
  gate_test::bound<gate::hit_rate<50, 2>> gate;
  for (int i = 0; i < 7; ++i) {
    CHECK_FALSE(gate.rate().is_open());
    answer(gate, 2, 0);
  }
  CHECK(gate.rate().is_open());
  answer(gate, 0, 100);
  CHECK(gate.rate().is_open());
}

TEST_CASE("gate hit_rate: what it admits it admits at every later time") {
  gate_test::bound<gate::hit_rate<50, 1>> gate;
  for (int step = 0; step < 8; ++step) {
    std::vector<std::string> admitted;
    for (int n = 0; n < 1000; ++n)
      if (gate.admits(gate_test::about(gate_test::key(n), "m"))) admitted.push_back(gate_test::key(n));
    gate.answered(event::side::new_store);
    for (auto const& k : admitted) CHECK(gate.admits(gate_test::about(k, "m")));
  }
}

TEST_CASE("gate hit_rate: a proxy tells it of the reads that take part, and it opens as New warms") {
  memory::store<std::string, int> from, to;
  lifecycle::handle h("m");
  proxy<decltype(from), decltype(to), lifecycle::local, gate::hit_rate<90, 20>> p(from, to, h);
  for (int n = 0; n < 500; ++n) from.put(gate_test::key(n), n);
  h.take(lifecycle::step::prepare, decltype(p)::reach);
  auto const admitted = [&] {
    int count = 0;
    for (int n = 0; n < 500; ++n) count += p.admits(gate_test::key(n));
    return count;
  };
  auto const at_first = admitted();
  CHECK(at_first < 20);
  for (int round = 0; round < 60; ++round)
    for (int n = 0; n < 500; ++n) CHECK(p.read(gate_test::key(n)) == n);
  CHECK(admitted() == 500);
}
