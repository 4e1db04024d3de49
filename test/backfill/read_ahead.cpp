// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/read_ahead.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/watched.hpp"

using namespace std::chrono_literals;
using people = zddm::memory::store<int, std::string>;
using watched_people = test::watched<people>;
using copy_type = zddm::backfill::copy<watched_people, people>;
using read_ahead = zddm::backfill::read_ahead<copy_type>;

namespace {

struct trial {
  people from, to;
  std::atomic<int> scans = 0;
  int fail_at = 0;
  watched_people seen{from, [this](std::string_view call, bool after) {
                        if (call == "scan" && !after && ++scans == fail_at) throw std::runtime_error("a broken page");
                      }};
  copy_type copy{seen, to};
  read_ahead::rooms rooms;

  explicit trial(int rows) {
    for (int i = 1; i <= rows; ++i) from.put(i, "x");
  }
  bool scanned(int n) const {
    for (int tries = 0; tries < 2000 && scans < n; ++tries) std::this_thread::sleep_for(1ms);
    return scans == n;
  }
};

std::vector<int> keys_of(read_ahead::page_type const& page) {
  std::vector<int> keys;
  for (auto const& row : page.rows) keys.push_back(row.key);
  return keys;
}

} // namespace

TEST_CASE("read_ahead gives the pages in order, each to the limit that was said when the one before it was taken") {
  trial t(9);
  read_ahead pages(t.copy, {1, 8}, 1, t.rooms);
  std::vector<std::vector<int>> seen;
  std::size_t limit = 1;
  while (auto const* const page = pages.next(++limit)) seen.push_back(keys_of(*page));
  CHECK(seen == std::vector<std::vector<int>>{{2}, {3, 4}, {5, 6, 7}, {8}});
  CHECK_FALSE(pages.next(5));
}

TEST_CASE("read_ahead reads one page while the one before is used, and no further") {
  trial t(100);
  read_ahead pages(t.copy, {}, 10, t.rooms);
  CHECK(t.scanned(1));
  auto const* const first = pages.next(10);
  CHECK(t.scanned(2));
  CHECK(keys_of(*first).front() == 1);
  std::this_thread::sleep_for(20ms);
  CHECK(t.scans == 2);
  CHECK(keys_of(*pages.next(10)).front() == 11);
  CHECK(t.scanned(3));
}

TEST_CASE("read_ahead throws what reading threw, once the pages before it were given") {
  trial t(100);
  t.fail_at = 3;
  read_ahead pages(t.copy, {}, 10, t.rooms);
  CHECK(pages.next(10));
  CHECK(pages.next(10));
  CHECK_THROWS_AS(pages.next(10), std::runtime_error);
  CHECK_FALSE(pages.next(10));
}

TEST_CASE("read_ahead may be left at any page, and ends where no rows are allowed") {
  trial t(100);
  {
    read_ahead const pages(t.copy, {}, 10, t.rooms);
  }
  CHECK(t.scans <= 1);
  read_ahead pages(t.copy, {}, 10, t.rooms);
  CHECK(pages.next(0));
  CHECK_FALSE(pages.next(10));
}

TEST_CASE("read_ahead gives every row of one range after the other in the same rooms") {
  trial t(60);
  std::vector<int> seen;
  for (int from = 0; from < 60; from += 20) {
    read_ahead pages(t.copy, {from, from + 20}, 7, t.rooms);
    bool ended = false;
    while (auto const* const page = pages.next(7)) {
      for (int const key : keys_of(*page)) seen.push_back(key);
      ended = page->ends;
    }
    CHECK(ended);
  }
  REQUIRE(seen.size() == 60);
  for (int i = 0; i < 60; ++i) CHECK(seen[static_cast<std::size_t>(i)] == i + 1);
}
