// SPDX-License-Identifier: BSL-1.0
#include <zddm/policy/select.hpp>

#include <type_traits>

#include <doctest/doctest.h>

namespace {

using namespace zddm;

template <class Axis, int N> struct some {
  using axis = Axis;
};
using gate1 = some<axis::gate, 1>;
using gate2 = some<axis::gate, 2>;
using cache1 = some<axis::cache, 1>;
using failure1 = some<axis::failure, 1>;
using consistency1 = some<axis::consistency, 1>;
struct fallback {
  using axis = zddm::axis::gate;
};

template <class A, class B> constexpr bool same = std::is_same_v<A, B>;

/// What an assembly depends on: the policy of every axis.
template <class List>
using canonical = policies<detail::select<axis::gate, void, List>, detail::select<axis::cache, void, List>,
                           detail::select<axis::failure, void, List>, detail::select<axis::consistency, void, List>,
                           detail::select<axis::lifecycle, void, List>, detail::select<axis::observer, void, List>>;

/// Whether every order of `Rest` behind `Head` gives `Want`.
template <class Want, class Head, class... Rest> struct every_order;
template <class Want, class... Head> struct every_order<Want, policies<Head...>> {
  static constexpr bool holds = same<canonical<policies<Head...>>, Want>;
  static constexpr int count = 1;
};
template <class Want, class Head, class Done, class... Rest> struct each_next;
template <class Want, class Head, class... Done> struct each_next<Want, Head, policies<Done...>> {
  static constexpr bool holds = true;
  static constexpr int count = 0;
};
template <class Want, class... Head, class... Done, class Next, class... Rest>
struct each_next<Want, policies<Head...>, policies<Done...>, Next, Rest...> {
  using taken = every_order<Want, policies<Head..., Next>, Done..., Rest...>;
  using later = each_next<Want, policies<Head...>, policies<Done..., Next>, Rest...>;
  static constexpr bool holds = taken::holds && later::holds;
  static constexpr int count = taken::count + later::count;
};
template <class Want, class... Head, class First, class... Rest>
struct every_order<Want, policies<Head...>, First, Rest...> : each_next<Want, policies<Head...>, policies<>, First, Rest...> {};

} // namespace

TEST_CASE("policy select: every order of five policies selects the same") {
  using lifecycle1 = some<axis::lifecycle, 1>;
  using want = policies<gate1, cache1, failure1, consistency1, lifecycle1, void>;
  using all = every_order<want, policies<>, gate1, cache1, failure1, consistency1, lifecycle1>;
  CHECK(all::count == 120);
  CHECK(all::holds);
  using wrong =
      every_order<policies<gate2, cache1, failure1, consistency1, lifecycle1, void>, policies<>, gate1, cache1, failure1>;
  CHECK(!wrong::holds);
}

TEST_CASE("policy select: the default stands where the list is silent, and only there") {
  CHECK(same<detail::select<axis::gate, fallback, policies<>>, fallback>);
  CHECK(same<detail::select<axis::gate, fallback, policies<cache1>>, fallback>);
  CHECK(same<detail::select<axis::gate, fallback, policies<cache1, gate1>>, gate1>);
}

TEST_CASE("policy select: packs are spliced, however deep and in their order") {
  CHECK(same<detail::splice<gate1, policies<cache1, policies<failure1>>, policies<>, consistency1>,
             policies<gate1, cache1, failure1, consistency1>>);
  CHECK(same<detail::splice<policies<policies<gate1>>>, policies<gate1>>);
  CHECK(same<detail::splice<>, policies<>>);
}

TEST_CASE("policy select: with replaces on the axis of the policy, or adds") {
  using house = policies<gate1, cache1>;
  CHECK(same<house::with<gate2>, policies<gate2, cache1>>);
  CHECK(same<house::with<failure1>, policies<gate1, cache1, failure1>>);
  CHECK(same<house::with<gate2>::with<gate1>, house>);
  CHECK(same<policies<>::with<gate1>, policies<gate1>>);
}

TEST_CASE("policy select: a pack nested in a pack is replaced inside") {
  using house = policies<policies<gate1, cache1>, failure1>;
  CHECK(detail::count_of<axis::gate, detail::splice<house::with<gate2>>> == 1);
  CHECK(same<canonical<detail::splice<house::with<gate2>>>, canonical<policies<gate2, cache1, failure1>>>);
}

TEST_CASE("policy select: a second policy on an axis is counted, the same one twice as well") {
  CHECK(detail::count_of<axis::gate, policies<gate1, cache1>> == 1);
  CHECK(detail::count_of<axis::gate, policies<gate1, gate2>> == 2);
  CHECK(detail::count_of<axis::gate, detail::splice<gate1, policies<gate1>>> == 2);
  CHECK(detail::count_of<axis::observer, policies<gate1, cache1>> == 0);
}
