// SPDX-License-Identifier: BSL-1.0
#include <zddm/gate/cohort.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

#include "gate/question.hpp"

using namespace zddm;

namespace {
struct staff {
  bool operator()(std::string const& key) const { return key.starts_with("staff:"); }
};
} // namespace

static_assert(gate::cohort<staff>::reach.is_open());
static_assert(std::is_empty_v<gate_test::bound<gate::cohort<staff>>>);

TEST_CASE("gate cohort: the predicate alone decides, and no key is hashed") {
  gate_test::bound<gate::cohort<staff>> const gate;
  auto const q = gate_test::about("staff:ada", "m");
  CHECK(gate.admits(q));
  CHECK(q.hashed == 0);
  CHECK_FALSE(gate.admits(gate_test::about("user:1", "m", threshold::open())));
}

TEST_CASE("gate cohort: while prepared New sees the cohort, and forgets the others") {
  memory::store<std::string, int> from, to;
  lifecycle::handle h("m");
  proxy<decltype(from), decltype(to), lifecycle::local, gate::cohort<staff>> p(from, to, h);
  h.take(lifecycle::step::prepare, decltype(p)::reach);
  p.write("staff:ada", 1);
  p.write("user:1", 2);
  CHECK(to.get("staff:ada") == 1);
  CHECK_FALSE(to.get("user:1"));
  CHECK(p.read("user:1") == 2);
}
