// SPDX-License-Identifier: BSL-1.0
#include <zddm/cache/read_through.hpp>

#include <chrono>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

using namespace zddm;
using lifecycle::step;

namespace {
using table = memory::store<std::string, int>;
using faulty = testing::faulty_store<table>;
} // namespace

TEST_CASE("cache read_through: a miss fills at once, and once") {
  cache::read_through::bind<model<int, int, std::chrono::steady_clock>> bound;
  CHECK(std::is_empty_v<decltype(bound)>);
  int filled = 0;
  bound.on_miss([&] { ++filled; });
  CHECK(filled == 1);
}

TEST_CASE_TEMPLATE("cache read_through: what Old answered is answered by New from then on", Consistency, consistency::intent,
                   consistency::key_locked) {
  table from, to;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::local, Consistency> p(from, to, h);
  from.put("k", 1);
  h.take(step::prepare);
  CHECK(p.read("k") == 1);
  CHECK(to.get("k") == 1);
  from.put("k", 2); // behind the proxy's back: shows who answers
  CHECK(p.read("k") == 1);
}

TEST_CASE_TEMPLATE("cache read_through: an absent key fills nothing", Consistency, consistency::intent, consistency::key_locked) {
  table from, to;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::local, Consistency> p(from, to, h);
  h.take(step::prepare);
  CHECK(!p.read("k"));
  CHECK(to.size() == 0);
  CHECK(to.records({}, 10, [](auto const&, auto const&) {}) == 0);
  from.put("k", 1);
  CHECK(p.read("k") == 1);
}

TEST_CASE_TEMPLATE("cache read_through: a fill that fails is nobody's error", Consistency, consistency::intent,
                   consistency::key_locked) {
  for (auto const at : {testing::fault::moment::before_effect, testing::fault::moment::after_effect}) {
    table from, to;
    faulty flaky(to);
    lifecycle::handle h("m");
    proxy<table, faulty, lifecycle::local, Consistency> p(from, flaky, h);
    from.put("k", 1);
    h.take(step::prepare);
    flaky.script([&](auto member) {
      return member == "fill" || member == "put" ? std::optional(testing::fault{error_class::transient, at}) : std::nullopt;
    });
    CHECK(p.read("k") == 1);
    CHECK(flaky.faults() == 1);
    CHECK(p.read("k") == 1);
    flaky.script({});
    CHECK(p.read("k") == 1);
    CHECK(to.get("k") == 1);
  }
}
