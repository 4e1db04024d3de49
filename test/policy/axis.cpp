// SPDX-License-Identifier: BSL-1.0
#include <zddm/policy/axis.hpp>

#include <chrono>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

namespace {

struct of_gate {
  using axis = zddm::axis::gate;
};
struct of_observer {
  using axis = zddm::axis::observer;
};
struct silent {};
struct astray {
  using axis = int;
};
struct inherits : of_gate {};

template <class P>
constexpr int axes_of = zddm::policy_of<P, zddm::axis::gate> + zddm::policy_of<P, zddm::axis::cache> +
                        zddm::policy_of<P, zddm::axis::failure> + zddm::policy_of<P, zddm::axis::consistency> +
                        zddm::policy_of<P, zddm::axis::lifecycle> + zddm::policy_of<P, zddm::axis::observer>;

} // namespace

TEST_CASE("policy axis: a policy is of the one axis it names") {
  static_assert(zddm::policy<of_gate> && zddm::policy_of<of_gate, zddm::axis::gate>);
  static_assert(zddm::policy<of_observer> && zddm::policy_of<of_observer, zddm::axis::observer>);
  static_assert(!zddm::policy_of<of_gate, zddm::axis::observer>);
  static_assert(zddm::policy_of<inherits, zddm::axis::gate>);
  CHECK(axes_of<of_gate> == 1);
  CHECK(axes_of<of_observer> == 1);
}

TEST_CASE("policy axis: what names no axis is no policy") {
  static_assert(!zddm::policy<silent> && !zddm::policy<astray> && !zddm::policy<int>);
  CHECK(axes_of<silent> == 0);
  CHECK(axes_of<astray> == 0);
}

TEST_CASE("policy axis: a model names what a policy is bound to") {
  using m = zddm::model<int, std::string, std::chrono::steady_clock>;
  static_assert(std::is_same_v<m::key_type, int> && std::is_same_v<m::value_type, std::string>);
  static_assert(std::is_same_v<m::clock_type, std::chrono::steady_clock>);
  CHECK(std::is_empty_v<m>);
}
