// SPDX-License-Identifier: BSL-1.0
#include <zddm/proxy/shape.hpp>

#include <chrono>

#include <doctest/doctest.h>

#include <zddm/consistency/intent.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/consistency/versioned.hpp>
#include <zddm/core/archetype.hpp>
#include <zddm/lifecycle/fixed.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/policy/axis.hpp>

using namespace zddm;

namespace {
using rows = memory::store<int, int>; // does a read-modify-write by itself
using plain = archetype::plain_store; // does not
using bound_model = model<int, int, std::chrono::steady_clock>;
template <class Old, class Consistency, class Lifecycle = lifecycle::local>
using shape_of = detail::shape<Old, rows, typename Consistency::template bind<bound_model>, Lifecycle>;
} // namespace

TEST_CASE("proxy shape: a fixed state leaves one store, or none, and nothing to a consistency policy") {
  using before = shape_of<rows, consistency::key_locked, lifecycle::fixed<lifecycle::state::unrun>>;
  using after = shape_of<rows, consistency::key_locked, lifecycle::fixed<lifecycle::state::completed>>;
  using gone = shape_of<rows, consistency::key_locked, lifecycle::fixed<lifecycle::state::destroyed>>;
  CHECK((before::is_fixed && !before::new_alone && !before::refuses));
  CHECK((after::is_fixed && after::new_alone && !after::refuses));
  CHECK((gone::is_fixed && !gone::new_alone && gone::refuses));
  CHECK_FALSE((before::in_turn || before::every_write || before::by_policy));
}

TEST_CASE("proxy shape: who keeps two updates of a key apart") {
  using locked = shape_of<rows, consistency::key_locked>;
  CHECK((!locked::is_fixed && !locked::new_alone && !locked::refuses));
  CHECK((locked::in_turn && locked::by_policy && !locked::every_write));
  CHECK(shape_of<plain, consistency::key_locked>::every_write); // the lock alone does, so it has to see every write
  using intents = shape_of<rows, consistency::intent>;
  CHECK_FALSE((intents::in_turn || intents::every_write || intents::by_policy));
  CHECK(shape_of<rows, consistency::versioned>::every_write);
}
