// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/versions.hpp>

#include <cstdint>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "../tools/scratch.hpp"

using zddm::version;
using zddm::sqlite::columns;
using zddm::sqlite::database;
using zddm::sqlite::schema;
using zddm::sqlite::versions;

TEST_CASE("sqlite versions keep one version for each key") {
  test::scratch dir;
  database d(dir / "a.db");
  schema const layout({.table = "t"}, columns<std::string>::described(), columns<int>::described());
  versions<std::string> const v(d, layout);
  auto s = d.session();
  v.create(s);
  v.create(s);
  CHECK(v.get(s, "a") == version{});
  v.set(s, "a", {7, 3});
  CHECK(v.get(s, "a") == version{7, 3});
  CHECK(v.get(s, "b") == version{});
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  v.set(s, "a", {most, most - 1});
  CHECK(v.get(s, "a") == version{most, most - 1});
  v.clear(s);
  CHECK(v.get(s, "a") == version{});
  v.drop(s);
  v.drop(s);
  CHECK_THROWS_AS(v.get(s, "a"), zddm::store_error);
}
