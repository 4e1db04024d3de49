// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/chunk_in_hand.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/backfill/copy.hpp>
#include <zddm/memory/store.hpp>

#include "tools/watched.hpp"

using people = zddm::memory::store<int, std::string>;
using watched_people = test::watched<people>;
using copy_type = zddm::backfill::copy<watched_people, people>;
using chunk = zddm::backfill::chunk_in_hand<copy_type>;

namespace {

struct trial {
  people from, to;
  int scans = 0, fail_at = 0;
  watched_people seen{from, [this](std::string_view call, bool after) {
                        if (call == "scan" && !after && ++scans == fail_at) throw std::runtime_error("a broken page");
                      }};
  copy_type copy{seen, to};

  explicit trial(int rows) {
    for (int i = 1; i <= rows; ++i) from.put(i, "x");
  }
};

std::vector<int> keys_of(chunk::page_type const& page) {
  std::vector<int> keys;
  for (auto const& row : page.rows) keys.push_back(row.key);
  return keys;
}

} // namespace

TEST_CASE("chunk in hand: its pages in order, each with what it may hold and in the room of whoever reads it") {
  trial t(9);
  chunk c({}, {}, t.copy, {1, 8}, {});
  chunk::page_type one, other;
  c.read(1, one);
  c.read(2, other);
  CHECK(keys_of(one) == std::vector{2});
  CHECK(keys_of(other) == std::vector{3, 4});
  CHECK_FALSE(other.ends);
  auto const* const room = other.rows.data();
  c.read(2, other);
  CHECK(keys_of(other) == std::vector{5, 6});
  CHECK(other.rows.data() == room);
  c.read(5, one);
  CHECK(keys_of(one) == std::vector{7, 8});
  CHECK(one.ends);
}

TEST_CASE("chunk in hand: a page that cannot be read leaves the reader's room its own") {
  trial t(9);
  t.fail_at = 2;
  chunk c({}, {}, t.copy, {}, {});
  chunk::page_type one, other;
  c.read(3, one);
  CHECK_THROWS_AS(c.read(3, other), std::runtime_error);
  CHECK(keys_of(one) == std::vector{1, 2, 3});
  CHECK_FALSE(c.over);
}

TEST_CASE("chunk in hand: an empty range is one page that ends") {
  trial t(0);
  chunk c({}, {}, t.copy, {}, {});
  chunk::page_type page;
  c.read(5, page);
  CHECK(page.ends);
  CHECK(page.rows.empty());
}
