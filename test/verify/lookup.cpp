// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/lookup.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/people.hpp"

using zddm::verify::kind;
using zddm::verify::lookup;
using zddm::verify::lookup_back;
using new_people = zddm::memory::store<std::string, test::new_person>;

TEST_CASE("lookup compares stores in different orders, each odd key once") {
  test::old_people from;
  test::add_people(from, 30);
  test::under_new_keys shaped(from);
  new_people to;
  for (int i = 1; i <= 30; ++i) to.put("p" + std::to_string(i), *shaped.get("p" + std::to_string(i)));
  CHECK_FALSE(zddm::ordered_like_new<test::under_new_keys>);

  to.erase("p3");
  to.put("p9", {"somebody else", 1});
  to.put("p99", {"nobody asked", 1});
  from.put(12, {});
  from.put(-4, {"Ada", "Negative", 1});
  for (std::size_t page : {1u, 7u, 1000u}) {
    std::map<std::string, kind> odd;
    std::vector<std::string> keyless;
    auto const tell = [&](kind k, std::string const& key) { CHECK(odd.emplace(key, k).second); };
    auto const refuse = [&](std::string const& key) { keyless.push_back(key); };
    auto const forth = lookup(shaped, to, {.page = page}, tell, refuse);
    auto const back = lookup_back(shaped, to, {.page = page}, tell, refuse);
    CHECK(forth.ends);
    CHECK(back.ends);
    CHECK(forth.compared == 30);
    CHECK(forth.walked == 30);
    CHECK(back.compared == 1);
    CHECK(back.walked == 30);
    CHECK((odd == std::map<std::string, kind>{
                      {"p3", kind::missing}, {"p9", kind::differs}, {"p99", kind::extra}, {"p12", kind::unmappable}}));
    CHECK(keyless == std::vector<std::string>{"-4"});
  }
}

TEST_CASE("lookup ends when it is asked to") {
  zddm::memory::store<int, int> from, to;
  for (int i = 1; i <= 100; ++i) from.put(i, i);
  std::stop_source stop;
  auto const n = lookup(
      from, to, {.page = 10, .stop = stop.get_token()},
      [&](kind, int key) {
        if (key == 30) stop.request_stop();
      },
      [](auto const&) {});
  CHECK(n.walked == 30);
  CHECK(n.last == 30);
  CHECK_FALSE(n.ends);
}

TEST_CASE("lookup asks for the keys of a share alone, and goes on where a stretch ended") {
  zddm::memory::store<int, int> from, to;
  for (int i = 1; i <= 100; ++i) from.put(i, i);
  to.put(200, 1);
  std::map<int, kind> odd;
  std::size_t stretches = 0;
  auto const tell = [&](kind k, int key) { CHECK(odd.emplace(key, k).second); };
  auto const share = [](int key) { return key % 25 == 0; };
  for (zddm::verify::advance<int> n; !n.ends; ++stretches)
    n = lookup(from, to, {.range = {n.last, {}}, .most = 30, .takes = share}, tell, [](auto const&) {});
  lookup_back(from, to, {.takes = share}, tell, [](auto const&) {});
  CHECK(stretches == 4);
  CHECK((odd == std::map<int, kind>{
                    {25, kind::missing}, {50, kind::missing}, {75, kind::missing}, {100, kind::missing}, {200, kind::extra}}));
}

TEST_CASE("lookup finds a key of New that Old could not even have") {
  test::old_people from;
  test::add_people(from, 3);
  test::under_new_keys shaped(from);
  new_people to;
  for (int i = 1; i <= 3; ++i) to.put("p" + std::to_string(i), *shaped.get("p" + std::to_string(i)));
  to.put("nobody", {"nobody asked", 1});
  std::map<std::string, kind> odd;
  auto const back = lookup_back(shaped, to, {}, [&](kind k, std::string const& key) { odd.emplace(key, k); }, [](auto const&) {});
  CHECK(back.compared == 1);
  CHECK((odd == std::map<std::string, kind>{{"nobody", kind::extra}}));
}

TEST_CASE("lookup in stretches tells each row whose key has no counterpart once") {
  test::old_people from;
  test::add_people(from, 33);
  zddm::mapped<test::old_people, test::but_fifths> shaped(from);
  zddm::memory::store<long, test::new_person> to;
  for (std::uint64_t most : {1u, 3u, 8u, 100u})
    for (std::size_t page : {1u, 4u, 10u, 100u}) {
      std::vector<std::string> keyless;
      std::uint64_t walked = 0;
      for (zddm::verify::advance<long> n; !n.ends; walked += n.walked)
        n = lookup(
            shaped, to, {.range = {n.last, {}}, .most = most, .page = page}, [](auto...) {},
            [&](std::string const& key) { keyless.push_back(key); });
      CHECK(walked == 27);
      CHECK(keyless == std::vector<std::string>{"5", "10", "15", "20", "25", "30"});
    }
}
