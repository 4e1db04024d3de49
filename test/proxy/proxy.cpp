// SPDX-License-Identifier: BSL-1.0
#include <zddm/proxy/proxy.hpp>

#include <concepts>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/failure/propagate.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/gate/percentage.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/observer/counters.hpp>

using namespace zddm;

namespace {
using rows = memory::store<std::string, int>;
using house_rules = policies<lifecycle::local, gate::dial, failure::propagate>;
} // namespace

TEST_CASE("any order of the policies is the same type") {
  using one = proxy<rows, rows, gate::dial, lifecycle::local, failure::propagate, observer::counters>;
  CHECK(std::same_as<one, proxy<rows, rows, observer::counters, failure::propagate, lifecycle::local, gate::dial>>);
  CHECK(std::same_as<one, proxy<rows, rows, lifecycle::local, observer::counters, gate::dial, failure::propagate>>);
}

TEST_CASE("what is not given has its default, and giving the default changes nothing") {
  using silent = proxy<rows, rows>;
  using spoken = proxy<rows, rows, cache::flow<cache::read_through, cache::write_through>, gate::open, failure::fall_back_to_old,
                       consistency::intent, lifecycle::fixed<lifecycle::state::unrun>, observer::none>;
  CHECK(std::same_as<silent, spoken>);
  CHECK(silent::is_fixed);
  CHECK_FALSE(proxy<rows, rows, lifecycle::local>::is_fixed);
}

TEST_CASE("packs are spliced, and replaced on one axis") {
  CHECK(std::same_as<proxy<rows, rows, house_rules>, proxy<rows, rows, failure::propagate, gate::dial, lifecycle::local>>);
  CHECK(std::same_as<proxy<rows, rows, house_rules::with<gate::percentage<10>>>,
                     proxy<rows, rows, lifecycle::local, gate::percentage<10>, failure::propagate>>);
  CHECK(std::same_as<proxy<rows, rows, policies<house_rules, observer::counters>>,
                     proxy<rows, rows, lifecycle::local, gate::dial, failure::propagate, observer::counters>>);
}

TEST_CASE("a proxy of empty policies is two pointers; a lifecycle adds one") {
  CHECK(sizeof(proxy<rows, rows>) == 2 * sizeof(void*));
  CHECK(sizeof(proxy<rows, rows, gate::percentage<10>, failure::propagate>) == 2 * sizeof(void*));
  CHECK(sizeof(proxy<rows, rows, lifecycle::shared, gate::dial>) == 3 * sizeof(void*));
}

TEST_CASE("the gate says how far it reaches") {
  CHECK(proxy<rows, rows>::reach == threshold::open());
  CHECK(proxy<rows, rows, gate::dial>::reach == threshold::closed());
  CHECK(proxy<rows, rows, gate::percentage<25>>::reach == threshold::percent(25));
}
