// SPDX-License-Identifier: BSL-1.0
#include <zddm/policy/diagnose.hpp>

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <zddm/cache/flow.hpp>
#include <zddm/cache/read_through.hpp>
#include <zddm/cache/write_through.hpp>
#include <zddm/consistency/intent.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/failure/fall_back_to_old.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/gate/closed.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/gate/open.hpp>
#include <zddm/gate/percentage.hpp>
#include <zddm/lifecycle/fixed.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/observer/none.hpp>

// What is refused, and in which words, is in test/compile_fail.

namespace {

using namespace zddm;
using text_model = model<std::string, int, std::chrono::steady_clock>;

template <class... Policies> constexpr bool taken = detail::diagnose_policies<text_model>(policies<Policies...>{});

struct short_keys {
  using axis = zddm::axis::gate;
  template <class Model> struct bind {
    template <class Question> bool admits(Question const& q) const { return q.key.size() < 8; }
  };
};

} // namespace

TEST_CASE("policy diagnose: every policy that is shipped is taken alone, before there is any store") {
  CHECK(taken<gate::open>);
  CHECK(taken<gate::closed>);
  CHECK(taken<gate::percentage<100>>);
  CHECK(taken<gate::dial>);
  CHECK(taken<cache::flow<cache::read_through, cache::write_through>>);
  CHECK(taken<failure::propagate>);
  CHECK(taken<failure::fall_back_to_old>);
  CHECK(taken<consistency::key_locked>);
  CHECK(taken<consistency::intent>);
  CHECK(taken<lifecycle::fixed<lifecycle::state::unrun>>);
  CHECK(taken<lifecycle::local>);
  CHECK(taken<lifecycle::shared>);
  CHECK(taken<observer::none>);
}

TEST_CASE("policy diagnose: a policy needs a name, an axis and its members, and nothing of zddm's") { CHECK(taken<short_keys>); }

TEST_CASE("policy diagnose: nothing given is nothing wrong, and every axis may be given once") {
  CHECK(taken<>);
  CHECK(taken<gate::dial, lifecycle::local, consistency::key_locked, failure::propagate, observer::none,
              cache::flow<cache::read_through, cache::write_through>>);
}
