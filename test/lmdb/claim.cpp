// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/claim.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "scratch.hpp"

namespace {
using namespace lmdb_test;
using zddm::lmdb::claim;

bool refused(std::string const& file) {
  try {
    claim const c("env", file, [] { FAIL_CHECK("a refused claim must not open"); });
    return false;
  } catch (zddm::store_error const& e) {
    return e.code() == 137;
  }
}
} // namespace

TEST_CASE("lmdb claim: a file is claimed once, under whatever name") {
  folder const where;
  std::string const file = where.path("data");
  auto const make = [&] { std::ofstream(file) << "x"; };
  {
    claim const first("env", file, make);
    CHECK(first.valid());
    CHECK(refused(file));
    std::filesystem::create_symlink(file, where.path("link"));
    CHECK(refused(where.path("link")));
    CHECK(refused(where.path(".") + "/data"));
    claim const other("env", where.path("other"), [&] { std::ofstream(where.path("other")) << "x"; });
    CHECK(other.valid());
  }
  claim const again("env", file, [] {});
  CHECK(again.valid());
}

TEST_CASE("lmdb claim: what could not be opened is not claimed") {
  folder const where;
  std::string const file = where.path("data");
  std::ofstream(file) << "x";
  CHECK_THROWS_AS(claim("env", file, [] { throw 7; }), int);
  claim const again("env", file, [] {});
  CHECK(again.valid());
}

TEST_CASE("lmdb claim: a child has none of its parent's, and may make its own") {
  folder const where;
  std::string const file = where.path("data");
  claim const mine("env", file, [&] { std::ofstream(file) << "x"; });
  CHECK(in_child([&] {
          if (mine.valid()) return 1;
          claim const own("env", file, [] {});
          return own.valid() ? 0 : 2;
        }) == 0);
  CHECK(mine.valid());
  CHECK(refused(file));
}
