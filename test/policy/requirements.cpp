// SPDX-License-Identifier: BSL-1.0
#include <zddm/policy/requirements.hpp>

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <zddm/policy/event.hpp>

namespace {

using text_model = zddm::model<std::string, int, std::chrono::steady_clock>;

struct unbound {};
struct bound_not_a_template {
  struct bind {};
};
struct bound {
  template <class Model> struct bind {};
};

struct gate {
  template <class Q> bool admits(Q const& q) const { return q.rate().admits(q.bucket()) || q.key.size() > 3; }
};
struct gate_that_changes {
  template <class Q> bool admits(Q const&) { return true; }
};
struct gate_without_answer {
  template <class Q> void admits(Q const&) const {}
};

struct cache {
  static constexpr bool carries_value = false;
  template <class Fill> void on_miss(Fill&& fill) { fill(); }
  template <class Apply> auto on_write(Apply&& apply) { return apply(); }
};
struct cache_that_swallows : cache {
  template <class Apply> void on_write(Apply&& apply) { apply(); }
};
struct cache_that_is_silent {
  template <class Fill> void on_miss(Fill&& fill) { fill(); }
  template <class Apply> auto on_write(Apply&& apply) { return apply(); }
};

struct failure {
  template <class Call> auto on_new(Call&& call) { return zddm::attempt<decltype(call())>(call()); }
};
struct failure_without_attempt {
  template <class Call> auto on_new(Call&& call) { return call(); }
};

struct hears_calls {
  void on(zddm::event::call const&) {}
};
struct hears_all {
  template <class Event> void on(Event const&) {}
};

struct agreement_for_all {
  static constexpr bool many_processes = true;
  template <class Store> static constexpr bool serves = false;
};
struct agreement_for_some {
  static constexpr bool many_processes = true;
};

struct running {
  static constexpr bool many_processes = false;
  struct turn {
    int now() const { return 0; }
  };
  turn enter() const { return {}; }
  int migration() const { return 0; }
  bool may_act() const { return true; }
};
struct running_for_ever {
  static constexpr bool many_processes = false;
  running::turn enter() const { return {}; }
  int migration() const { return 0; }
};
struct running_alone_perhaps {
  running::turn enter() const { return {}; }
  int migration() const { return 0; }
  bool may_act() const { return true; }
};
struct pinned {
  static constexpr int at = 0;
};

} // namespace

TEST_CASE("policy requirements: each member that is missing or wrong is noticed on its own") {
  using namespace zddm;
  CHECK(bindable<bound, text_model>);
  CHECK(!bindable<unbound, text_model>);
  CHECK(!bindable<bound_not_a_template, text_model>);

  CHECK(admits_keys<gate, text_model>);
  CHECK(!admits_keys<gate_that_changes, text_model>);
  CHECK(!admits_keys<gate_without_answer, text_model>);
  CHECK(!admits_keys<unbound, text_model>);

  CHECK(routes_misses<cache>);
  CHECK(routes_writes<cache>);
  CHECK(!routes_misses<unbound>);
  CHECK(!routes_writes<cache_that_swallows>);
  CHECK(!routes_writes<cache_that_is_silent>);

  CHECK(ends_calls<failure>);
  CHECK(!ends_calls<failure_without_attempt>);
  CHECK(!ends_calls<unbound>);

  CHECK(knows_the_row<running>);
  CHECK(keeps_agreement<agreement_for_all>);
  CHECK(!keeps_agreement<agreement_for_some>);
  CHECK(!keeps_agreement<unbound>);

  CHECK(pins_the_row<pinned>);
  CHECK(!knows_the_row<running_for_ever>);
  CHECK(!knows_the_row<running_alone_perhaps>);
  CHECK(!pins_the_row<running>);
}

TEST_CASE("policy requirements: an observer hears what it has a member for, and nothing else") {
  using namespace zddm;
  CHECK(hears<hears_calls, event::call>);
  CHECK(!hears<hears_calls, event::filled>);
  CHECK(hears<hears_all, event::filled>);
  CHECK(!hears<unbound, event::call>);
}
