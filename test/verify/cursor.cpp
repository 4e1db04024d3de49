// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/cursor.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using people = zddm::memory::store<int, std::string>;
using zddm::verify::cursor;

namespace {
auto const nothing_keyless = [](std::string const& key) { FAIL("no key was to be refused: " << key); };
} // namespace

TEST_CASE("cursor walks every row in order, whatever its page") {
  for (int rows : {0, 1, 2, 3, 10})
    for (std::size_t page : {0u, 1u, 2u, 3u, 100u}) {
      people p;
      for (int i = 1; i <= rows; ++i) p.put(i, std::to_string(i));
      cursor<people> c(p, {}, page, nothing_keyless);
      for (int i = 1; i <= rows; ++i, c.next()) {
        REQUIRE(c.get());
        CHECK(c.get()->key == i);
        CHECK(c.get()->value == std::to_string(i));
      }
      CHECK_FALSE(c.get());
      CHECK(c.ascending());
    }
}

TEST_CASE("cursor keeps to the ends of its range") {
  people p;
  for (int i = 1; i <= 10; ++i) p.put(i, "x");
  for (std::size_t page : {1u, 2u, 100u}) {
    cursor<people> c(p, {3, 7}, page, nothing_keyless);
    for (int i = 4; i <= 7; ++i, c.next()) {
      REQUIRE(c.get());
      CHECK(c.get()->key == i);
    }
    CHECK_FALSE(c.get());
    CHECK(c.ascending());
  }
}

TEST_CASE("cursor holds no more than a page") {
  people p;
  for (int i = 1; i <= 10; ++i) p.put(i, "x");
  std::size_t scans = 0;
  test::watched<people> told(p, [&](std::string_view call, bool after) { scans += call == "scan" && after; });
  cursor<test::watched<people>> c(told, {}, 4, nothing_keyless);
  for (std::size_t seen = 0; c.get(); c.next(), ++seen) CHECK(scans == seen / 4 + 1);
  CHECK(scans == 3);
}

TEST_CASE("cursor sees what is added before it and not what is removed") {
  people p;
  for (int i = 10; i <= 40; i += 10) p.put(i, "x");
  cursor<people> c(p, {}, 2, nothing_keyless);
  p.put(5, "behind");
  p.put(25, "before");
  p.erase(30);
  std::vector<int> seen;
  for (; c.get(); c.next()) seen.push_back(c.get()->key);
  CHECK(seen == std::vector<int>{10, 20, 25, 40});
}

TEST_CASE("cursor gives a row without a counterpart no value") {
  test::old_people from;
  test::add_people(from, 3);
  from.put(2, {});
  test::in_new_shape shaped(from);
  for (std::size_t page : {1u, 2u, 10u}) {
    cursor<test::in_new_shape> c(shaped, {}, page, nothing_keyless);
    CHECK(c.get()->value);
    c.next();
    REQUIRE(c.get());
    CHECK(c.get()->key == 2);
    CHECK_FALSE(c.get()->value);
    c.next();
    CHECK(c.get()->value);
    c.next();
    CHECK_FALSE(c.get());
  }
}

TEST_CASE("cursor names a row whose key has no counterpart once, and walks on") {
  test::old_people from;
  test::add_people(from, 5);
  from.put(-1, {"Ada", "Negative", 1});
  test::under_new_keys shaped(from);
  for (std::size_t page : {1u, 2u, 10u}) {
    std::vector<std::string> keyless;
    cursor<test::under_new_keys> c(shaped, {}, page, [&](std::string const& key) { keyless.push_back(key); });
    std::size_t rows = 0;
    for (; c.get(); c.next()) ++rows;
    CHECK(rows == 5);
    CHECK(keyless == std::vector<std::string>{"-1"});
  }
}

TEST_CASE("cursor notices an order that is not the order of the keys") {
  using backwards = zddm::memory::store<int, std::string, std::greater<int>>;
  for (std::size_t page : {1u, 10u}) {
    backwards p;
    p.put(1, "x");
    cursor<backwards> one(p, {}, page, nothing_keyless);
    CHECK(one.ascending());
    p.put(2, "x");
    cursor<backwards> two(p, {}, page, nothing_keyless);
    while (two.get()) two.next();
    CHECK_FALSE(two.ascending());
  }
}
