// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/chunk.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/core/error.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>

#include "tools/people.hpp"

using zddm::backfill::cut;
using people = zddm::memory::store<int, std::string>;

namespace {
/// Counts and cuts itself.
struct striding : people {
  zddm::strides<int> strides(std::uint64_t n) {
    zddm::strides<int> found;
    scan({}, size(), [&](int k, auto const&) {
      if (found.rows++ % n == 0) found.keys.emplace_back();
      found.keys.back() = k;
    });
    return found;
  }
};
static_assert(zddm::strided_store<striding> && !zddm::strided_store<people>);

void fill(people& p, int rows) {
  for (int i = 1; i <= rows; ++i) p.put(i * 10, "x");
}
} // namespace

TEST_CASE_TEMPLATE("chunk: an empty store has none", Store, people, striding) {
  Store none;
  CHECK(cut(none, 10, 100).chunks() == 0);
}

TEST_CASE_TEMPLATE("chunk: they cover every row once, whatever the sizes asked for", Store, people, striding) {
  for (int rows : {1, 2, 3, 10, 101})
    for (std::uint64_t each : {0u, 1u, 7u, 1000u})
      for (std::size_t most : {0u, 1u, 5u, 500u})
        for (std::size_t page : {1u, 3u, 1000u}) {
          Store p;
          fill(p, rows);
          auto const cuts = cut(p, each, most, page);
          CHECK(cuts.rows == static_cast<std::uint64_t>(rows));
          REQUIRE(!cuts.bounds.empty());
          CHECK_FALSE(cuts.tail);
          CHECK(cuts.chunks() <= std::max<std::size_t>(most, 1));
          CHECK(cuts.bounds.back() == rows * 10);
          std::vector<int> seen;
          for (std::size_t id = 0; id < cuts.chunks(); ++id)
            p.scan(cuts.at(id).range, 1000, [&](int k, auto const&) { seen.push_back(k); });
          REQUIRE(seen.size() == static_cast<std::size_t>(rows));
          for (int i = 0; i < rows; ++i) CHECK(seen[static_cast<std::size_t>(i)] == (i + 1) * 10);
        }
}

TEST_CASE_TEMPLATE("chunk: they are of about the size asked for", Store, people, striding) {
  Store p;
  fill(p, 1000);
  CHECK(cut(p, 100, 4096).chunks() == 10);
  CHECK(cut(p, 100, 3).chunks() == 3);
}

TEST_CASE_TEMPLATE("chunk: the first is open below and the last ends with the last key there was", Store, people, striding) {
  Store p;
  fill(p, 100);
  auto const cuts = cut(p, 25, 100);
  p.put(-5, "x");
  p.put(5000, "added behind");
  CHECK_FALSE(cuts.at(0).range.after);
  auto const last = cuts.at(cuts.chunks() - 1);
  CHECK(last.id == cuts.chunks() - 1);
  CHECK(last.range.after == cuts.bounds[cuts.bounds.size() - 2]);
  CHECK(last.range.upto == 1000);
}

TEST_CASE("chunk: rows without a counterpart are covered too, also where nothing follows them") {
  test::old_people p;
  test::add_people(p, 20);
  test::under_new_keys shaped(p);
  p.put(10, {});
  p.put(20, {});
  p.put(-3, {"Ada", "Negative", 1});
  auto const behind = cut(shaped, 5, 10, 3);
  CHECK(behind.bounds.back() == "p20");
  CHECK_FALSE(behind.tail);

  struct upside_down {
    static test::new_person to_new(test::old_person const& o) { return {o.first, o.born}; }
    static std::string key_to_new(int k) { return k > 20 ? throw zddm::unmappable("too large") : std::to_string(k); }
    static int key_to_old(std::string const& k) { return std::stoi(k); }
  };
  zddm::mapped<test::old_people, upside_down> other(p);
  CHECK_FALSE(cut(other, 5, 10, 3).tail);
  p.put(21, {"Ada", "Large", 1});
  for (std::size_t page : {1u, 3u, 100u}) {
    auto const cuts = cut(other, 5, 10, page);
    CHECK(cuts.tail);
    CHECK(cuts.bounds.back() == "20");
    auto const last = cuts.at(cuts.chunks() - 1);
    CHECK(last.range.after == "20");
    CHECK_FALSE(last.range.upto);
  }
  for (int i = -3; i <= 20; ++i) p.erase(i);
  auto const only = cut(other, 5, 10);
  CHECK(only.bounds.empty());
  REQUIRE(only.chunks() == 1);
  CHECK(only.at(0).range == zddm::key_range<std::string>{});
}
