// SPDX-License-Identifier: BSL-1.0
#include <zddm/gate/closed.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

#include "gate/question.hpp"

using namespace zddm;
using lifecycle::step;

TEST_CASE("gate closed: no key takes part, at no rate, and none is hashed") {
  gate_test::bound<gate::closed> const gate;
  CHECK(gate::closed::reach.is_closed());
  for (auto const rate : {threshold::closed(), threshold::percent(50), threshold::open()})
    for (int n = 0; n < 100; ++n) {
      auto const q = gate_test::about(gate_test::key(n), "m", rate);
      CHECK(!gate.admits(q));
      CHECK(q.hashed == 0);
    }
}

TEST_CASE_TEMPLATE("gate closed: New is not touched in prepared, written from migrating on, read once switched", Consistency,
                   consistency::intent, consistency::key_locked) {
  memory::store<std::string, int> from, to;
  lifecycle::handle h("m");
  proxy<decltype(from), decltype(to), lifecycle::local, gate::closed, Consistency> p(from, to, h);
  auto const step_to = [&](step s) { h.take(s, p.reach); };

  step_to(step::prepare);
  p.write("k", 1);
  CHECK(p.read("k") == 1);
  CHECK(to.size() == 0);
  CHECK(to.records({}, 10, [](auto const&, auto const&) {}) == 0);

  step_to(step::migrate);
  p.write("k", 2);
  CHECK(to.get("k") == 2);
  from.put("k", 3); // behind the proxy's back: shows who answers
  CHECK(p.read("k") == 3);

  step_to(step::cut_over);
  CHECK(p.read("k") == 2);
}
