// SPDX-License-Identifier: BSL-1.0
#include <zddm/failure/fall_back_to_old.hpp>

#include <chrono>
#include <stdexcept>
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

std::optional<int> increment(std::optional<int> const& n) { return n.value_or(0) + 1; }
} // namespace

TEST_CASE("failure fall_back_to_old: whatever the call throws is kept, and only what it throws") {
  failure::fall_back_to_old::bind<model<int, int, std::chrono::steady_clock>> bound;
  CHECK(std::is_empty_v<decltype(bound)>);
  CHECK(*bound.on_new([] { return 7; }) == 7);
  auto const failed = bound.on_new([]() -> int { throw std::out_of_range("far"); });
  CHECK(!failed);
  CHECK_THROWS_WITH_AS(failed.rethrow(), "far", std::out_of_range);
  CHECK(!bound.on_new([]() -> int { throw 42; }));
}

TEST_CASE_TEMPLATE("failure fall_back_to_old: until switching no failure of New reaches a caller, and Old answers", Consistency,
                   consistency::intent, consistency::key_locked) {
  for (auto const at : {testing::fault::moment::before_effect, testing::fault::moment::after_effect})
    for (auto const kind : {error_class::transient, error_class::permanent, error_class::unknown_outcome})
      for (auto const last : {step::prepare, step::migrate}) {
        table from, to;
        faulty broken(to);
        lifecycle::handle h("m");
        proxy<table, faulty, lifecycle::local, Consistency> p(from, broken, h);
        h.take(step::prepare);
        if (last != step::prepare) h.take(last);
        broken.script(testing::fail_always({kind, at}));
        p.write("k", 1);
        CHECK(p.read("k") == 1);
        CHECK(p.update("k", increment) == 2);
        CHECK(p.read("k") == 2);
        p.erase("k");
        CHECK(!p.read("k"));
        p.write("k", 3);
        CHECK(from.get("k") == 3);
        broken.script({});
        CHECK(p.read("k") == 3);
      }
}

TEST_CASE("failure fall_back_to_old: what Old throws reaches the caller unchanged") {
  table from, to;
  faulty broken(from);
  lifecycle::handle h("m");
  proxy<faulty, table, lifecycle::local> p(broken, to, h);
  h.take(step::prepare);
  broken.script(testing::fail_always({error_class::permanent}));
  CHECK_THROWS_WITH_AS(p.read("k"), "ZD-101: get failed as its test asked, before its effect", store_error);
  CHECK_THROWS_WITH_AS(p.write("k", 1), "ZD-101: put failed as its test asked, before its effect", store_error);
  broken.script({});
  CHECK(!p.read("k"));
}

TEST_CASE_TEMPLATE("failure fall_back_to_old: from switching on a write that New failed is not acknowledged", Consistency,
                   consistency::intent, consistency::key_locked) {
  table from, to;
  faulty broken(to);
  lifecycle::handle h("m");
  proxy<table, faulty, lifecycle::local, Consistency> p(from, broken, h);
  for (auto const s : {step::prepare, step::migrate, step::cut_over}) h.take(s);
  p.write("k", 1);
  broken.script(testing::fail_always());
  CHECK_THROWS_AS(p.write("k", 2), store_error);
  auto const seen = p.read("k"); // New is still broken: Old answers
  CHECK((seen == 1 || seen == 2));
  broken.script({});
  CHECK(p.read("k") == seen);
}
