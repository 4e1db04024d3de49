// SPDX-License-Identifier: BSL-1.0
#include <zddm/proxy/coherence.hpp>

#include <doctest/doctest.h>

#include <zddm/consistency/intent.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/core/archetype.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/gate/open.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/store.hpp>

using namespace zddm;

namespace {
using rows = memory::store<int, int>;
using bound_model = model<int, int, std::chrono::steady_clock>;
template <class P> using bound = typename P::template bind<bound_model>;
struct reaches_nowhere_said {};
} // namespace

// What is refused, and in which words, stands under test/compile_fail.
TEST_CASE("what goes together is let through") {
  static_assert(detail::diagnose_store<rows>());
  static_assert(detail::diagnose_shapes<rows, rows>());
  static_assert(detail::diagnose_consistency_needs_capability<rows, bound<consistency::intent>>());
  static_assert(detail::diagnose_consistency_needs_capability<archetype::plain_store, bound<consistency::key_locked>>());
  static_assert(detail::diagnose_one_process_policy_in_a_fleet<bound<lifecycle::shared>, bound<consistency::intent>>());
  static_assert(detail::diagnose_one_process_policy_in_a_fleet<bound<lifecycle::local>, bound<consistency::key_locked>>());
  CHECK(bound<consistency::intent>::serves<rows>);
  CHECK_FALSE(bound<consistency::intent>::serves<archetype::plain_store>);
}

TEST_CASE("a gate that does not say how far it reaches may reach everywhere") {
  CHECK(detail::reach_of<reaches_nowhere_said> == threshold::open());
  CHECK(detail::reach_of<gate::dial> == threshold::closed());
}
