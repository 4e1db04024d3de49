// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/versions.hpp>

#include <cstdint>

#include <doctest/doctest.h>

#include <zddm/lmdb/table.hpp>

#include "scratch.hpp"

namespace {
using namespace lmdb_test;
using zddm::version;
using zddm::lmdb::counters;
using zddm::lmdb::environment;
using zddm::lmdb::table;
using zddm::lmdb::transaction;
using zddm::lmdb::versions;
} // namespace

TEST_CASE("lmdb versions: what was set comes back, and what is none is the oldest") {
  folder const where;
  environment env(where.path());
  table rows(env, "rows");
  rows.create_sides();
  rows.write_beside([&](transaction& t, counters&) {
    auto const& sides = rows.sides();
    CHECK((versions::get(t, sides, "k") == version{}));
    for (auto const v : {version{1, 2}, version{UINT64_MAX, UINT64_MAX - 1}, version{}}) {
      versions::set(t, sides, "k", v);
      CHECK((versions::get(t, sides, "k") == v));
    }
    versions::set(t, sides, "k", {0x0102, 3});
    CHECK(t.get(sides.versions, "k") == std::string_view("\2\1\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 16));
    t.put(sides.versions, "k", "short");
    CHECK((versions::get(t, sides, "k") == version{}));
    return true;
  });
}
