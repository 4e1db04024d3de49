// SPDX-License-Identifier: BSL-1.0
#include <zddm/failure/propagate.hpp>

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
} // namespace

TEST_CASE("failure propagate: what the call returns is returned, what it throws is thrown as it is") {
  failure::propagate::bind<model<int, int, std::chrono::steady_clock>> bound;
  CHECK(std::is_empty_v<decltype(bound)>);
  CHECK(*bound.on_new([] { return 7; }) == 7);
  CHECK_THROWS_WITH_AS(bound.on_new([]() -> int { throw std::out_of_range("far"); }), "far", std::out_of_range);
}

TEST_CASE_TEMPLATE("failure propagate: a failure of New reaches the caller in every row that touches New", Consistency,
                   consistency::intent, consistency::key_locked) {
  table from, to;
  faulty broken(to);
  lifecycle::handle h("m");
  proxy<table, faulty, lifecycle::local, failure::propagate, Consistency> p(from, broken, h);
  from.put("k", 1);
  broken.script(testing::fail_always());
  CHECK(p.read("k") == 1); // unrun: New is not asked
  for (auto const s : {step::prepare, step::migrate, step::cut_over}) {
    h.take(s);
    CHECK_THROWS_AS(p.read("k"), store_error);
    CHECK_THROWS_AS(p.write("k", 2), store_error);
    CHECK_THROWS_AS(p.erase("k"), store_error);
  }
}

TEST_CASE("failure propagate: a write that New could not be told of has not reached Old") {
  table from, to;
  faulty broken(to);
  lifecycle::handle h("m");
  proxy<table, faulty, lifecycle::local, failure::propagate> p(from, broken, h);
  from.put("k", 1);
  h.take(step::prepare);
  broken.script(testing::fail_always({error_class::transient}, "begin"));
  CHECK_THROWS_AS(p.write("k", 2), store_error);
  broken.script({});
  CHECK(p.read("k") == 1);
}
