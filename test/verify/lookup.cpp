// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/lookup.hpp>

#include <cstddef>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/people.hpp"

using zddm::verify::kind;
using zddm::verify::lookup;
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
    auto const rows = lookup(
        shaped, to, page, {}, [&](kind k, std::string const& key) { CHECK(odd.emplace(key, k).second); },
        [&](std::string const& key) { keyless.push_back(key); });
    CHECK(rows == 31);
    CHECK((odd == std::map<std::string, kind>{
                      {"p3", kind::missing}, {"p9", kind::differs}, {"p99", kind::extra}, {"p12", kind::unmappable}}));
    CHECK(keyless == std::vector<std::string>{"-4"});
  }
}

TEST_CASE("lookup ends when it is asked to") {
  zddm::memory::store<int, int> from, to;
  for (int i = 1; i <= 100; ++i) from.put(i, i);
  std::stop_source stop;
  auto const rows = lookup(
      from, to, 10, stop.get_token(),
      [&](kind, int key) {
        if (key == 30) stop.request_stop();
      },
      [](auto const&) {});
  CHECK(rows == 30);
}
