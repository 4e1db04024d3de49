// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/marks.hpp>

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "../tools/scratch.hpp"

using zddm::sqlite::columns;
using zddm::sqlite::database;
using zddm::sqlite::marks;
using zddm::sqlite::schema;

TEST_CASE("sqlite marks are listed in order, once each, until they are removed") {
  using key = std::pair<int, std::string>;
  test::scratch dir;
  database d(dir / "a.db");
  schema const layout({.table = "t", .key = {"a", "b"}}, columns<key>::described(), columns<int>::described());
  marks<key> const m(d, layout);
  auto s = d.session();
  m.create(s);
  m.create(s);
  for (auto const& k : {key{2, "x"}, key{1, "y"}, key{2, "x"}, key{-1, "z"}, key{1, ""}}) m.add(s, k);
  auto const listed = [&](std::optional<key> const& after, std::size_t limit) {
    std::vector<key> all;
    auto const n = m.list(s, after, limit, [&](key const& k) { all.push_back(k); });
    CHECK(n == all.size());
    return all;
  };
  CHECK(listed({}, 9) == std::vector<key>{{-1, "z"}, {1, ""}, {1, "y"}, {2, "x"}});
  CHECK(listed(key{1, ""}, 1) == std::vector<key>{{1, "y"}});
  CHECK(listed({}, 0).empty());
  m.remove(s, {1, "y"});
  m.remove(s, {1, "y"});
  CHECK(listed(key{1, ""}, 9) == std::vector<key>{{2, "x"}});
  m.clear(s);
  CHECK(listed({}, 9).empty());
  m.drop(s);
  m.drop(s);
  CHECK_THROWS_AS(m.add(s, {1, "y"}), zddm::store_error);
}
