// SPDX-License-Identifier: BSL-1.0
// What a repair does beside writers, in either direction, and what a recheck says there: every order of its steps and theirs.
#include <zddm/verify/repair.hpp>

#include <cstdint>
#include <functional>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <protocol/world.hpp>

#include <zddm/consistency/versioned.hpp>
#include <zddm/core/timing.hpp>
#include <zddm/verify/look_at.hpp>
#include <zddm/verify/recheck.hpp>

using namespace world;

namespace {

place const before{row::migrated, true};
place const after{row::switched, true};

void old_lost_it(inner_store& from, inner_store&) { from.put(key, 7); }
void old_forgot_it(inner_store& from, inner_store&) { from.erase(key); }
void new_lost_it(inner_store&, inner_store& to) { to.put(key, 7); }

verdict told(std::string const& what, verdict v) {
  std::cout << std::left << std::setw(60) << what << std::right << std::setw(9) << v.tally.schedules << " schedules, lost "
            << v.lost << ", apart " << v.apart << std::endl;
  return v;
}

/// Looks at New, then puts what it saw into Old, as one does who thinks of no writer.
struct careless : store {
  using store::store;
  template <class F> auto mark(int k, F&& f, zddm::intent_id id) {
    auto const seen = look(k);
    return std::optional(std::pair(zddm::intent{id}, f(seen.value)));
  }
  void release(int, zddm::intent const&) {}
};

} // namespace

TEST_CASE("repair: after the switch Old is given what New holds, and no write beside it is lost or undone") {
  for (auto const& [how, poison] : {std::pair("differs", &old_lost_it), std::pair("missing in Old", &old_forgot_it)})
    for (auto const* first : {"1", "d", "12"})
      for (auto const* second : {"2", "r"}) {
        CAPTURE(first);
        auto const v = told(std::string("New is right, Old ") + how + ", beside " + first + " and " + second,
                            explore<store>({{after, "o"}, {after, first}, {after, second}}, after, {}, true, poison));
        CAPTURE(v.tally.witness);
        CHECK(v.tally.complete);
        CHECK(v.lost == 0);
        CHECK(v.apart == 0);
        CHECK(v.errors == 0);
      }
}

TEST_CASE("repair: one that puts what it has read into Old undoes writes, so the explorer would see it") {
  auto const v = told("careless, beside 1", explore<careless>({{after, "o"}, {after, "1"}}, after, {}, true, &old_lost_it));
  CHECK(v.lost + v.apart > 0);
}

TEST_CASE("repair: before the switch New is given what Old holds, and no write beside it is lost or undone") {
  for (auto const* first : {"1", "d", "u"}) {
    auto const v = told(std::string("Old is right, beside ") + first,
                        explore<store>({{before, "v"}, {before, first}, {before, "2"}}, before, {}, true, &new_lost_it));
    CAPTURE(v.tally.witness);
    CHECK(v.tally.complete);
    CHECK(v.lost == 0);
    CHECK(v.apart == 0);
  }
}

TEST_CASE("repair: by versions, with either store in the right, no write beside it is lost or undone") {
  using zddm::consistency::versioned;
  struct one {
    char const* what;
    char const* does;
    place at;
    std::function<void(inner_store&, inner_store&)> poison;
  };
  // Rows that both were written with the same version, and one store holds another value since.
  auto const written = [](inner_store& from, inner_store& to, int in_old, int in_new) {
    to.put_if_newer(key, 0, from.put_next(key, 0, 9));
    from.put(key, in_old);
    to.put(key, in_new);
  };
  std::vector<one> const cases{
      {"Old is right, New differs", "V", before, [&](auto& from, auto& to) { written(from, to, 0, 7); }},
      {"Old is right, New is ahead", "V", before,
       [&](auto& from, auto& to) {
         written(from, to, 0, 0);
         to.put_if_newer(key, 7, {5, 9});
       }},
      {"New is right, Old differs", "O", after, [&](auto& from, auto& to) { written(from, to, 7, 0); }},
  };
  for (auto const& c : cases)
    for (auto const* first : {"1", "d"})
      for (auto const* second : {"2", "r"}) {
        auto const v = told(std::string(c.what) + ", beside " + first + " and " + second,
                            explore<store, versioned>({{c.at, c.does}, {c.at, first}, {c.at, second}}, c.at, {}, true, c.poison));
        CAPTURE(v.tally.witness);
        CHECK(v.tally.complete);
        CHECK(v.apart == 0);
        if (c.what[0] == 'N') CHECK(v.lost == 0);
      }
}

namespace {

/// How often a recheck beside the others calls the key wrong, for what no write on its way can be.
template <class Way, class... Policies>
std::uint64_t alarms(place at, std::vector<char const*> const& others, auto const& prepare) {
  std::uint64_t raised = 0;
  std::vector<actor> actors{{at, "k"}};
  for (auto const* does : others) actors.push_back({at, does});
  auto const look_again = [&](char, int, store& from, store& to, auto const&) {
    std::vector<zddm::verify::suspect<int, int>> suspects{{key, zddm::verify::kind::differs, {}, 0, {}}};
    zddm::timing still;
    still.sleep = [](auto, auto const&) {};
    zddm::verify::recheck(from, to, Way{}, suspects, {.looks = 2, .generations = 3}, still, {},
                          [&](auto const& s) { raised += !s.last.behind; });
  };
  auto const v =
      explorer::explore<store, Policies...>({.actors = actors, .last = at, .new_has_it = true, .prepare = prepare}, look_again);
  CHECK(v.tally.complete);
  return raised;
}

} // namespace

TEST_CASE("repair: a recheck beside writers calls no write in flight wrong, in any order of steps, and finds what is") {
  auto const nothing = [](inner_store&, inner_store&) {};
  auto const versions = [](inner_store& from, inner_store& to) { to.put_if_newer(key, 0, from.put_next(key, 0, 9)); };
  using zddm::consistency::versioned;
  using zddm::verify::by_intents;
  using zddm::verify::by_versions;
  for (auto const at : {before, after})
    for (auto const* first : {"1", "d", "u"}) {
      CAPTURE(first);
      CHECK(alarms<by_intents>(at, {first, "2"}, nothing) == 0);
      CHECK(alarms<by_versions, versioned>(at, {first, "2"}, versions) == 0);
    }
  CHECK(alarms<by_intents>(after, {"r"}, &old_lost_it) > 0);
  CHECK(alarms<by_intents>(before, {"r"}, &new_lost_it) > 0);
  CHECK(alarms<by_versions, versioned>(after, {"r"}, [&](inner_store& from, inner_store& to) {
          versions(from, to);
          to.put(key, 7);
        }) > 0);
}
