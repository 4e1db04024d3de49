// SPDX-License-Identifier: BSL-1.0
#include <zddm/gate/percentage.hpp>

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

#include "gate/question.hpp"

using namespace zddm;
using gate_test::about;
using gate_test::bound;
using gate_test::key;

TEST_CASE("gate percentage: the answer for a key is always the same, whatever the rate of a dial") {
  bound<gate::percentage<30>> const gate, another;
  for (int n = 0; n < 1000; ++n) {
    bool const answer = gate.admits(about(key(n), "m"));
    CHECK(gate.admits(about(key(n), "m", threshold::open())) == answer);
    CHECK(another.admits(about(key(n), "m", threshold::percent(1))) == answer);
  }
}

TEST_CASE("gate percentage: what 10 admits 20 admits, and 20 admits more") {
  bound<gate::percentage<10>> const ten;
  bound<gate::percentage<20>> const twenty;
  int more = 0;
  for (int n = 0; n < 10'000; ++n) {
    auto const q = about(key(n), "m");
    if (ten.admits(q)) CHECK(twenty.admits(q));
    more += !ten.admits(q) && twenty.admits(q);
  }
  CHECK(more > 0);
}

TEST_CASE("gate percentage: 0 admits none and 100 all, without hashing") {
  for (int n = 0; n < 100; ++n) {
    auto const q = about(key(n), "m");
    CHECK(!bound<gate::percentage<0>>().admits(q));
    CHECK(bound<gate::percentage<100>>().admits(q));
    CHECK(q.hashed == 0);
  }
  CHECK(bound<gate::percentage<100>>().admits(gate_test::question{"k", ~std::uint64_t{0}}));
}

TEST_CASE("gate percentage: the published shares and keys are met") {
  auto const published = gate_test::published();
  int checked = 0;
  for (auto const& v : published.at("shares")) {
    auto const migration = v.at("migration").get<std::string>();
    auto const wanted = v.at("admitted").get<int>();
    auto const check = [&](auto const& gate) {
      CHECK(gate_test::admitted(gate, migration) == wanted);
      ++checked;
    };
    switch (v.at("ppm").get<int>()) {
    case 10'000: check(bound<gate::percentage<1>>()); break;
    case 100'000: check(bound<gate::percentage<10>>()); break;
    case 250'000: check(bound<gate::percentage<25>>()); break;
    case 500'000: check(bound<gate::percentage<50>>()); break;
    case 900'000: check(bound<gate::percentage<90>>()); break;
    default: break;
    }
  }
  CHECK(checked >= 10);
}

TEST_CASE("gate percentage: two migrations do not pick the same keys") {
  bound<gate::percentage<50>> const gate;
  int both = 0;
  for (int n = 0; n < 10'000; ++n)
    both += gate.admits(about(key(n), "merge_names")) && gate.admits(about(key(n), "split_orders"));
  CHECK(both > 2'000); // independent halves share a quarter
  CHECK(both < 3'000);
}

TEST_CASE("gate percentage: a proxy admits the published keys of its migration, and only those touch New") {
  using table = memory::store<std::string, int>;
  table from, to;
  lifecycle::handle h("merge_names");
  proxy<table, table, lifecycle::local, gate::percentage<25>> p(from, to, h);
  h.take(lifecycle::step::prepare, p.reach);
  std::uint64_t admitted = 0;
  for (int n = 0; n < 2000; ++n) {
    bool const takes_part = bound<gate::percentage<25>>().admits(about(key(n), "merge_names"));
    CHECK(p.admits(key(n)) == takes_part);
    p.write(key(n), n);
    CHECK(to.get(key(n)).has_value() == takes_part);
    admitted += takes_part;
  }
  CHECK(to.size() == admitted);
  CHECK(from.size() == 2000);
  auto const published = gate_test::published();
  int checked = 0;
  for (auto const& v : published.at("first"))
    if (v.at("migration") == "merge_names" && v.at("key").is_string()) {
      CHECK(p.admits(v.at("key").get<std::string>()) == (v.at("first_ppm").get<int>() <= 250'000));
      ++checked;
    }
  CHECK(checked >= 4);
}
