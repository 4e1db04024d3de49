// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/pages.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/join.hpp>
#include <range/v3/view/transform.hpp>

#include <zddm/backfill/copy.hpp>
#include <zddm/memory/store.hpp>

using people = zddm::memory::store<int, std::string>;
using copy_type = zddm::backfill::copy<people, people>;
using pages = zddm::backfill::pages<copy_type>;

namespace {
struct trial {
  people from, to;
  copy_type copy{from, to};
  copy_type::page_type room;

  explicit trial(int rows) {
    for (int i = 1; i <= rows; ++i) from.put(i, "x");
  }
  pages of(zddm::key_range<int> range, std::function<std::size_t()> limit) { return {copy, range, std::move(limit), room}; }
};
} // namespace

static_assert(ranges::input_range<pages>);

TEST_CASE("pages walk a range to its end, each as large as the limit says at that time") {
  trial t(10);
  std::size_t limit = 0;
  std::vector<std::vector<int>> seen;
  for (auto const& page : t.of({1, 8}, [&] { return ++limit; })) {
    seen.emplace_back();
    for (auto const& row : page.rows) seen.back().push_back(row.key);
  }
  CHECK(seen == std::vector<std::vector<int>>{{2}, {3, 4}, {5, 6, 7}, {8}});
}

TEST_CASE("pages end early where the limit is zero") {
  trial t(10);
  int left = 2;
  int count = 0;
  for (auto const& page : t.of({}, [&] { return left-- > 0 ? 3u : 0u; })) count += static_cast<int>(page.rows.size());
  CHECK(count == 6);
  for (auto const& page : t.of({}, [] { return std::size_t{0}; })) {
    static_cast<void>(page);
    FAIL("no page was allowed");
  }
}

TEST_CASE("pages of an empty range are one page that ends") {
  trial t(0);
  int count = 0;
  for (auto const& page : t.of({}, [] { return std::size_t{5}; })) {
    CHECK(page.ends);
    CHECK_FALSE(page.last);
    ++count;
  }
  CHECK(count == 1);
}

TEST_CASE("pages are a range that views take") {
  trial t(5);
  auto keys = t.of({}, [] { return std::size_t{2}; }) | ranges::views::transform([](auto const& page) {
                std::vector<int> k;
                for (auto const& row : page.rows) k.push_back(row.key);
                return k;
              });
  std::vector<int> all;
  for (auto const& some : keys) all.insert(all.end(), some.begin(), some.end());
  CHECK(all == std::vector<int>{1, 2, 3, 4, 5});
}
