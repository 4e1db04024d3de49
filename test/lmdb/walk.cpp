// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/walk.hpp>

#include <cstddef>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "scratch.hpp"

namespace {
using namespace lmdb_test;
using zddm::key_range;
using zddm::lmdb::cursor;
using zddm::lmdb::environment;
using zddm::lmdb::table;
using zddm::lmdb::transaction;
using zddm::lmdb::walk;

struct opened {
  folder where;
  environment env{where.path(), {.durability = zddm::lmdb::durability::none, .resident_map = 1}};

  std::string keys(table const& rows, key_range<std::string> const& range, std::size_t limit = 9) {
    std::string all;
    auto const n = rows.read([&](transaction const& t) {
      return walk(rows, t, rows.values(), range, limit, [&](cursor const& at) { all += std::string(at.key()) + " "; });
    });
    return all + std::to_string(n);
  }
};
} // namespace

TEST_CASE("lmdb walk: visits what lies in the range, up to the limit") {
  opened o;
  table rows(o.env, "rows");
  for (auto const* key : {"d", "b", "f"}) rows.write([&](transaction& t) { t.put(rows.values(), key, "v"); });
  CHECK(o.keys(rows, {}) == "b d f 3");
  CHECK(o.keys(rows, {}, 2) == "b d 2");
  CHECK(o.keys(rows, {}, 0) == "0");
  CHECK(o.keys(rows, {"b", std::nullopt}) == "d f 2");
  CHECK(o.keys(rows, {std::nullopt, "d"}) == "b d 2");
  CHECK(o.keys(rows, {"b", "e"}) == "d 1");
  CHECK(o.keys(rows, {"", "c"}) == "b 1");
  CHECK(o.keys(rows, {"f", std::nullopt}) == "0");
  CHECK(o.keys(rows, {"d", "b"}) == "0");
}

TEST_CASE("lmdb walk: passes over what stands beside the main database") {
  opened o;
  table rows(o.env, "");
  rows.create_sides();
  for (auto const* key : {"-", "a"}) rows.write([&](transaction& t) { t.put(rows.values(), key, "v"); });
  CHECK(o.keys(rows, {}) == "- a 2");
  CHECK(o.keys(rows, {"-", std::nullopt}, 1) == "a 1");
}

TEST_CASE("lmdb walk: pages are given back on the way, and every row is met") {
  opened o;
  table rows(o.env, "rows");
  rows.write([&](transaction& t) {
    for (int i = 0; i < 5000; ++i) t.put(rows.values(), std::to_string(10'000 + i), std::string(100, 'v'));
  });
  int next = 10'000;
  rows.read([&](transaction const& t) {
    return walk(rows, t, rows.values(), {}, 9999, [&](cursor const& at) {
      if (at.key() == std::to_string(next) && at.value() == std::string(100, 'v')) ++next;
    });
  });
  CHECK(next == 15'000);
}
