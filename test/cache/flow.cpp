// SPDX-License-Identifier: BSL-1.0
#include <zddm/cache/flow.hpp>

#include <chrono>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include <zddm/cache/read_through.hpp>
#include <zddm/cache/write_through.hpp>
#include <zddm/consistency/key_locked.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using namespace zddm;
using lifecycle::step;

namespace {

using table = memory::store<std::string, int>;
using some_model = model<int, int, std::chrono::steady_clock>;

/// Reads leave New alone, and count.
struct tally {
  int misses = 0;
};
struct counting_reads {
  using axis = zddm::axis::cache;
  template <class Model> struct bind {
    bind(tally& t) : to(&t) {}
    template <class Fill> void on_miss(Fill&&) { ++to->misses; }
    tally* to;
  };
};

/// Writes make New forget.
struct forgetting_writes {
  using axis = zddm::axis::cache;
  template <class Model> struct bind {
    static constexpr bool carries_value = false;
    template <class Apply> auto on_write(Apply&& apply) { return apply(); }
  };
};

/// A policy for both, of which either half may be taken.
struct whole {
  using axis = zddm::axis::cache;
  template <class Model> struct bind {
    static constexpr bool carries_value = true;
    template <class Fill> void on_miss(Fill&& fill) { fill(); }
    template <class Apply> auto on_write(Apply&& apply) { return apply(); }
  };
};

} // namespace

TEST_CASE("cache flow: reads are the first one's, writes the second one's") {
  tally t;
  cache::flow<counting_reads, forgetting_writes>::bind<some_model> bound(t);
  bound.on_miss([] { FAIL("the fill was left to the policy"); });
  CHECK(t.misses == 1);
  CHECK(!bound.carries_value);
  CHECK(bound.on_write([] { return 7; }) == 7);
}

TEST_CASE("cache flow: one half of a policy for both is taken without the other") {
  CHECK(!cache::flow<whole, forgetting_writes>::bind<some_model>::carries_value);
  CHECK(cache::flow<cache::read_through, whole>::bind<some_model>::carries_value);
}

TEST_CASE("cache flow: two policies without state are one without state") {
  CHECK(std::is_empty_v<cache::flow<cache::read_through, cache::write_through>::bind<some_model>>);
}

TEST_CASE_TEMPLATE("cache flow: halves of one's own drive a proxy", Consistency, consistency::intent, consistency::key_locked) {
  table from, to;
  tally t;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::local, Consistency, cache::flow<counting_reads, forgetting_writes>> p(from, to, t, h);
  from.put("k", 1);
  h.take(step::prepare);
  CHECK(p.read("k") == 1);
  CHECK(p.read("k") == 1);
  CHECK(t.misses == 2);
  CHECK(to.size() == 0);
  to.assign("k", 1);
  CHECK((p.write("k", 2) == write_outcome{reached::applied, reached::invalidated}));
  CHECK(!to.get("k"));
  CHECK(p.read("k") == 2);
}
