// SPDX-License-Identifier: BSL-1.0
#include <zddm/gate/open.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

#include "gate/question.hpp"

using namespace zddm;

TEST_CASE("gate open: every key takes part, at every rate, and none is hashed") {
  gate_test::bound<gate::open> const gate;
  CHECK(gate::open::reach.is_open());
  for (auto const rate : {threshold::closed(), threshold::percent(50), threshold::open()})
    for (int n = 0; n < 100; ++n) {
      auto const q = gate_test::about(gate_test::key(n), "m", rate);
      CHECK(gate.admits(q));
      CHECK(q.hashed == 0);
    }
}

TEST_CASE("gate open: once prepared, reads and writes of every key go through New") {
  memory::store<std::string, int> from, to;
  lifecycle::handle h("m");
  proxy<decltype(from), decltype(to), lifecycle::local, gate::open> p(from, to, h);
  from.put("there", 1);
  CHECK(p.read("there") == 1);
  CHECK(to.size() == 0);
  h.take(lifecycle::step::prepare, decltype(p)::reach);
  CHECK(p.read("there") == 1);
  p.write("written", 2);
  CHECK(to.get("there") == 1);
  CHECK(to.get("written") == 2);
  CHECK(from.get("written") == 2);
}
