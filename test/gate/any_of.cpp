// SPDX-License-Identifier: BSL-1.0
#include <zddm/gate/any_of.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/gate/closed.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/gate/hit_rate.hpp>
#include <zddm/gate/open.hpp>
#include <zddm/gate/percentage.hpp>

#include "gate/question.hpp"

using namespace zddm;
using gate_test::about;
using gate_test::bound;
using gate_test::key;

static_assert(gate::any_of<gate::open, gate::percentage<20>>::reach == threshold::open());
static_assert(gate::any_of<gate::percentage<10>, gate::closed>::reach == threshold::percent(10));
static_assert(std::is_empty_v<bound<gate::any_of<gate::open, gate::percentage<20>, gate::dial>>>);

TEST_CASE("gate any_of: a key is admitted that one of the gates admits") {
  bound<gate::any_of<gate::percentage<30>, gate::dial>> const both;
  bound<gate::percentage<30>> const fixed;
  bound<gate::dial> const dial;
  for (auto const rate : {threshold::closed(), threshold::percent(10), threshold::percent(60), threshold::open()})
    for (int n = 0; n < 1000; ++n) {
      auto const q = about(key(n), "m", rate);
      CHECK(both.admits(q) == (fixed.admits(q) || dial.admits(q)));
    }
}

TEST_CASE("gate any_of: the first gate that decides is the last one asked") {
  bound<gate::any_of<gate::open, gate::percentage<50>>> const gate;
  auto const q = about("k", "m");
  CHECK(gate.admits(q) == true);
  CHECK(q.hashed == 0);
}

TEST_CASE("gate any_of: gates that learn from answers are told") {
  bound<gate::any_of<gate::closed, gate::hit_rate<50, 1>>> gate;
  auto const share = [&] { return gate_test::admitted(gate, "m"); };
  auto const before = share();
  gate.answered(event::side::new_store);
  CHECK(share() > before);
}
