// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/sound.hpp>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>

#include <doctest/doctest.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/move.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using namespace zddm::lifecycle;
using zddm::threshold;

namespace {

constexpr clash between(row a, row b) { return beside(route_of(a), route_of(b)); }

/// The shipped table with one change.
template <class Change> constexpr auto changed(Change change) {
  auto table = route_table;
  change(table);
  return table;
}

/// Whether every two settings on the way of the steps are safe beside each other, for every key; both ends settled.
constexpr bool safe_walk(settings s, threshold reach, std::initializer_list<step> steps) {
  for (auto const asked : steps)
    while (auto const next = next_settings(asked, s, reach)) {
      if (beside(s, *next) != clash::none) return false;
      s = *next;
    }
  return true;
}

constexpr bool safe_turn(settings s, std::initializer_list<threshold> rates) {
  for (auto const rate : rates)
    while (auto const next = next_for_rate(s, rate)) {
      if (beside(s, *next) != clash::none) return false;
      s = *next;
    }
  return true;
}

/// Asks New for nothing before the switch.
struct cautious : local {
  struct life {
    static constexpr auto routes = changed([](auto& t) {
      for (auto const r : {row::prepared, row::migrating, row::migrated}) t[std::size_t(r)].read = reads::old_only;
    });
    static constexpr auto const& moves = edges;
  };
};

} // namespace

TEST_CASE("sound: each bridge of the life stands between rows that clash without it") {
  static_assert(between(row::unrun, row::preparing) == clash::none);
  static_assert(between(row::unrun, row::prepared) == clash::poisoned);
  static_assert(between(row::migrated, row::switched) == clash::not_required);
  static_assert(between(row::switched, row::completed) == clash::unbridged);
  static_assert(between(row::migrated, row::completing) == clash::lagging);
  static_assert(between(row::switched, row::destroyed) == clash::gone);
  static_assert(on_the_move(route_of(row::completing), route_of(row::switched)) == clash::returned);
  static_assert(on_the_move(route_of(row::completed), route_of(row::destroyed)) == clash::none);
  for (auto const& e : edges) CHECK(on_the_move(route_of(e.from), route_of(e.to)) == clash::none);
}

TEST_CASE("sound: which of the two is which does not matter") {
  for (auto const& a : route_table)
    for (auto const& b : route_table) CHECK(beside(a, b) == beside(b, a));
}

TEST_CASE("sound: a table of one's own is judged by what its rows do") {
  constexpr auto at = [](auto const& table, row r) { return table[static_cast<std::size_t>(r)]; };
  // The write order turned at the switch.
  constexpr auto turned = changed([](auto& t) { t[std::size_t(row::switched)].write = writes::mirrored; });
  static_assert(beside(at(turned, row::switching), at(turned, row::switched)) == clash::lagging);
  // A switch that does without New.
  constexpr auto lax = changed([](auto& t) { t[std::size_t(row::switching)].new_required = false; });
  static_assert(beside(at(lax, row::switching), at(lax, row::switched)) == clash::not_required);
  // A bridge that leaves values in New.
  constexpr auto dual = changed([](auto& t) { t[std::size_t(row::preparing)].write = writes::dual; });
  static_assert(beside(at(dual, row::unrun), at(dual, row::preparing)) == clash::poisoned);
  // A bridge that asks New.
  constexpr auto early = changed([](auto& t) {
    t[std::size_t(row::preparing)].read = reads::new_first;
    t[std::size_t(row::preparing)].writes_of = scope::every_key;
  });
  static_assert(beside(at(early, row::unrun), at(early, row::preparing)) == clash::poisoned);
}

TEST_CASE("sound: every step, at every reach of the gate, goes by settings that are safe beside each other for every key") {
  for (auto const reach : {threshold::closed(), threshold::percent(30), threshold::open()})
    for (auto const rate : {threshold::closed(), threshold::percent(10), threshold::percent(60)}) {
      settings unrun;
      unrun.rate = rate;
      using enum step;
      CHECK(safe_walk(unrun, reach, {prepare, migrate, cut_over, switch_off, cut_over, complete, destroy}));
      CHECK(safe_walk(unrun, reach, {prepare, roll_back, prepare, migrate, roll_back, prepare, migrate, cut_over, roll_back}));
    }
  static_assert(safe_walk({}, threshold::percent(30), {step::prepare, step::migrate, step::cut_over, step::complete}));
}

TEST_CASE("sound: the dial goes up and down by settings that are safe beside each other for every key") {
  settings prepared;
  prepared.at = row::prepared;
  static_assert(safe_turn(settings{row::prepared},
                          {threshold::percent(10), threshold::percent(5), threshold::percent(80), threshold::closed()}));
  CHECK(safe_turn(prepared, {threshold::open(), threshold::closed(), threshold::open()}));
  // Raised without an announcement.
  auto raised = prepared;
  raised.rate = raised.high_water = raised.announced = threshold::percent(10);
  CHECK(beside(prepared, raised) == clash::poisoned);
}

TEST_CASE("sound: a quarantine comes and goes by settings that are safe beside each other") {
  using enum quarantine;
  for (auto const r : {row::preparing, row::prepared, row::migrating, row::migrated}) {
    settings s{r, 0, threshold::percent(50), threshold::open(), threshold::open()};
    for (auto const shut : {announced, settled, rejoining, none}) {
      auto next = s;
      next.shut = shut;
      CHECK(beside(s, next) == clash::none);
      s = next;
    }
    // Settled without an announcement, and lifted without healing.
    auto shut = s;
    shut.shut = settled;
    if (r != row::preparing) CHECK(beside(s, shut) == clash::poisoned);
  }
}

TEST_CASE("sound: a lifecycle policy with a life of its own has the proxy take its routes") {
  static_assert(sound<cautious::life>());
  using store = zddm::memory::store<std::string, int>;
  store from, to;
  handle h("m");
  zddm::proxy<store, store, cautious> p(from, to, h);
  p.write("k", 1);
  h.take(step::prepare);
  p.write("k", 2);
  CHECK(to.get("k") == 2);
  to.put("k", 3); // behind its back, so that one sees who answers
  CHECK(p.read("k") == 2);
  h.take(step::migrate);
  CHECK(p.read("k") == 2);
  h.take(step::cut_over);
  CHECK(p.read("k") == 3);
}
