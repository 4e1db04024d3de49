// SPDX-License-Identifier: BSL-1.0
#include <zddm/gate/dial.hpp>

#include <cstdint>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

#include "gate/question.hpp"

using namespace zddm;
using gate_test::about;
using gate_test::bound;
using gate_test::key;
using lifecycle::step;

namespace {

using table = memory::store<std::string, int>;

/// A closed gate that leaves New alone, where it has to be invalidated.
template <class Inner> struct leaving_new_alone {
  using axis = zddm::axis::consistency;
  template <class Model> struct bind : Inner::template bind<Model> {
    template <class Op> write_outcome write(Op& op) {
      if (op.plan().write != lifecycle::writes::invalidate) return Inner::template bind<Model>::write(op);
      op.old_apply();
      return {reached::applied, reached::not_asked};
    }
  };
};

/// Open, closed, open again, with a write at each; returns what is read at the end.
template <class Consistency> int up_down_up() {
  table from, to;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::local, gate::dial, Consistency> p(from, to, h);
  h.take(step::prepare, p.reach);
  h.set_rate(threshold::open());
  p.write("k", 1);
  h.set_rate(threshold::closed());
  p.write("k", 2);
  h.set_rate(threshold::open());
  return p.read("k").value();
}

} // namespace

TEST_CASE("gate dial: the answer is a function of the key, the salt and the rate") {
  bound<gate::dial> const gate, another;
  for (int n = 0; n < 1000; ++n)
    for (auto const percent : {1u, 50u, 99u}) {
      auto const q = about(key(n), "m", threshold::percent(percent));
      bool const answer = gate.admits(q);
      CHECK(answer == (q.hash < q.at.value));
      CHECK(another.admits(q) == answer);
    }
}

TEST_CASE("gate dial: every rate admits what a lower one admits, closed none, open all, and these two hash nothing") {
  bound<gate::dial> const gate;
  CHECK(gate::dial::reach.is_closed());
  for (int n = 0; n < 1000; ++n) {
    bool before = false;
    for (auto const ppm : {0u, 1u, 10'000u, 100'000u, 200'000u, 500'000u, 999'999u, 1'000'000u}) {
      bool const now = gate.admits(about(key(n), "m", threshold::ppm(ppm)));
      CHECK((now || !before));
      before = now;
    }
    CHECK(before);
    for (auto const end : {threshold::closed(), threshold::open()}) {
      auto const q = about(key(n), "m", end);
      CHECK(gate.admits(q) == end.is_open());
      CHECK(q.hashed == 0);
    }
  }
}

TEST_CASE("gate dial: the published shares are met") {
  auto const published = gate_test::published();
  for (auto const& v : published.at("shares"))
    CHECK(gate_test::admitted(bound<gate::dial>(), v.at("migration").get<std::string>(),
                              threshold::ppm(v.at("ppm").get<std::uint32_t>())) == v.at("admitted").get<int>());
}

TEST_CASE("gate dial: two migrations at one rate do not pick the same keys") {
  bound<gate::dial> const gate;
  int one = 0, both = 0;
  for (int n = 0; n < 10'000; ++n) {
    bool const first = gate.admits(about(key(n), "merge_names", threshold::percent(10)));
    one += first;
    both += first && gate.admits(about(key(n), "split_orders", threshold::percent(10)));
  }
  CHECK(one > 800);
  CHECK(both < 200); // independent tenths share a hundredth
}

TEST_CASE("gate dial: a key above the high-water rate never touches New") {
  table from, to;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::local, gate::dial> p(from, to, h);
  h.take(step::prepare, p.reach);
  h.set_rate(threshold::percent(30));
  for (int n = 0; n < 500; ++n) p.write(key(n), n);
  std::uint64_t touched = 0;
  for (int n = 0; n < 500; ++n) touched += p.admits(key(n));
  CHECK(touched > 0);
  CHECK(touched < 500);
  CHECK(to.size() == touched);
  CHECK(to.records({}, 1000, [](auto const&, auto const&) {}) == 0);
}

TEST_CASE("gate dial: down and up again serves no stale value, because a closed gate invalidates") {
  CHECK(up_down_up<consistency::intent>() == 2);
  CHECK(up_down_up<consistency::key_locked>() == 2);
}

TEST_CASE("gate dial: a closed gate that left New alone would serve the stale value") {
  CHECK(up_down_up<leaving_new_alone<consistency::intent>>() == 1);
  CHECK(up_down_up<leaving_new_alone<consistency::key_locked>>() == 1);
}

TEST_CASE_TEMPLATE("gate dial: any walk of the rate, with writes and erases between, is the same to a reader as no gate",
                   Consistency, consistency::intent, consistency::key_locked) {
  table from, to;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::local, gate::dial, Consistency> p(from, to, h);
  std::map<std::string, int> truth;
  h.take(step::prepare, p.reach);
  std::uint32_t dice = 1;
  auto const roll = [&](std::uint32_t sides) { return (dice = dice * 1664525u + 1013904223u) / 65536u % sides; };
  for (int turn = 0; turn < 20'000; ++turn) {
    if (roll(20) == 0) h.set_rate(threshold::percent(roll(5) * 25));
    auto const k = key(static_cast<int>(roll(40)));
    switch (roll(4)) {
    case 0:
      p.write(k, turn);
      truth[k] = turn;
      break;
    case 1:
      if (roll(2) == 0) {
        p.erase(k);
        truth.erase(k);
      } else {
        p.update(k, [&](std::optional<int> const& n) { return std::optional<int>(n.value_or(0) + 1); });
        ++truth[k];
      }
      break;
    default: {
      auto const got = p.read(k);
      auto const it = truth.find(k);
      REQUIRE(got == (it == truth.end() ? std::nullopt : std::optional<int>(it->second)));
    }
    }
  }
  CHECK(to.size() > 0);
}
