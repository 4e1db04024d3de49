// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/merge.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/people.hpp"

using people = zddm::memory::store<int, std::string>;
using zddm::verify::kind;

namespace {
using odds = std::vector<std::pair<int, kind>>;

template <class Old, class New> std::pair<std::uint64_t, odds> merged(Old& from, New& to, std::size_t page) {
  odds seen;
  auto const n = zddm::verify::merge(
      from, to, {.page = page}, [&](kind k, int key) { seen.emplace_back(key, k); },
      [](std::string const& key) { FAIL("no key was to be refused: " << key); });
  CHECK(n.ends);
  CHECK(n.walked == n.compared);
  return {n.compared, seen};
}
} // namespace

TEST_CASE("merge tells missing, extra and different keys, in order") {
  people from, to;
  for (int i = 1; i <= 9; ++i) {
    from.put(i, "v");
    to.put(i, "v");
  }
  from.put(0, "v");
  to.erase(9);
  to.put(4, "w");
  from.erase(6);
  to.put(20, "v");
  for (std::size_t page : {1u, 2u, 3u, 100u}) {
    auto const [rows, seen] = merged(from, to, page);
    CHECK(rows == 11);
    CHECK((seen == odds{{0, kind::missing}, {4, kind::differs}, {6, kind::extra}, {9, kind::missing}, {20, kind::extra}}));
  }
}

TEST_CASE("merge of any two stores agrees with looking every key up") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    people from, to;
    std::map<int, kind> wanted;
    for (int i = 0; i < 40; ++i) switch (random() % 6) {
      case 0: from.put(i, "v"), wanted[i] = kind::missing; break;
      case 1: to.put(i, "v"), wanted[i] = kind::extra; break;
      case 2: from.put(i, "v"), to.put(i, "w"), wanted[i] = kind::differs; break;
      case 3: from.put(i, "v"), to.put(i, "v"); break;
      default: break;
      }
    CHECK((merged(from, to, 1 + random() % 7).second == odds(wanted.begin(), wanted.end())));
  }
}

TEST_CASE("merge tells a row without a counterpart whether New has its key or not") {
  test::old_people from;
  zddm::memory::store<int, test::new_person> to;
  test::add_people(from, 4);
  test::in_new_shape shaped(from);
  for (int i = 1; i <= 4; ++i) to.put(i, *shaped.get(i));
  from.put(2, {});
  from.put(3, {});
  to.erase(3);
  to.put(4, {"Ada Nr 4", 1});
  CHECK((merged(shaped, to, 3).second == odds{{2, kind::unmappable}, {3, kind::unmappable}, {4, kind::differs}}));
}

TEST_CASE("merge refuses a store whose order is another one") {
  zddm::memory::store<int, std::string, std::greater<int>> from;
  people to;
  for (int i = 1; i <= 5; ++i) from.put(i, "v"), to.put(i, "v");
  int code = 0;
  try {
    merged(from, to, 10);
  } catch (zddm::error const& e) {
    code = e.code();
  }
  CHECK(code == 141);
}

TEST_CASE("merge ends when it is asked to") {
  people from, to;
  for (int i = 1; i <= 100; ++i) from.put(i, "v");
  std::stop_source stop;
  int seen = 0;
  auto const n = zddm::verify::merge(
      from, to, {.page = 10, .stop = stop.get_token()},
      [&](kind, int key) {
        ++seen;
        if (key == 30) stop.request_stop();
      },
      [](auto const&) {});
  CHECK(n.compared == 30);
  CHECK(n.last == 30);
  CHECK_FALSE(n.ends);
  CHECK(seen == 30);
}

TEST_CASE("merge of stretches one after the other is the merge of the whole, a share of it as told") {
  people from, to;
  for (int i = 0; i < 50; ++i) {
    if (i % 3 != 0) from.put(i, "v");
    if (i % 5 != 0) to.put(i, "v");
  }
  auto const whole = merged(from, to, 7).second;
  for (std::uint64_t most : {1u, 2u, 9u, 1000u}) {
    odds seen, third;
    std::uint64_t walked = 0, compared = 0;
    for (zddm::verify::advance<int> n; !n.ends; walked += n.walked, compared += n.compared)
      n = zddm::verify::merge(
          from, to, {.range = {n.last, 40}, .most = most, .page = 4, .takes = [](int key) { return key % 3 == 0; }},
          [&](kind k, int key) { third.emplace_back(key, k); }, [](auto const&) {});
    for (zddm::verify::advance<int> n; !n.ends;)
      n = zddm::verify::merge(
          from, to, {.range = {n.last, {}}, .most = most, .page = 4}, [&](kind k, int key) { seen.emplace_back(key, k); },
          [](auto const&) {});
    CHECK((seen == whole));
    odds wanted;
    for (auto const& one : whole)
      if (one.first <= 40 && one.first % 3 == 0) wanted.push_back(one);
    CHECK((third == wanted));
    CHECK(walked == 38); // neither store has 0, 15 and 30
    CHECK(compared == 11);
  }
}

TEST_CASE("merge in stretches tells each row whose key has no counterpart once") {
  test::old_people from;
  test::add_people(from, 33);
  zddm::mapped<test::old_people, test::but_fifths> shaped(from);
  zddm::memory::store<long, test::new_person> to;
  for (long i : {3, 5, 8, 10, 11, 29, 34, 36, 40, 200, 201}) to.put(i, {"somebody", 1});
  for (std::uint64_t most : {1u, 3u, 8u, 100u})
    for (std::size_t page : {1u, 4u, 10u, 100u}) {
      std::vector<std::string> keyless;
      std::uint64_t walked = 0;
      for (zddm::verify::advance<long> n; !n.ends; walked += n.walked)
        n = zddm::verify::merge(
            shaped, to, {.range = {n.last, {}}, .most = most, .page = page}, [](auto...) {},
            [&](std::string const& key) { keyless.push_back(key); });
      CHECK(walked == 34);
      CHECK(keyless == std::vector<std::string>{"5", "10", "15", "20", "25", "30"});
    }
}
