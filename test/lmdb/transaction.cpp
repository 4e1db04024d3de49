// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/transaction.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/lmdb/environment.hpp>

#include "scratch.hpp"

namespace {
using namespace lmdb_test;
using zddm::lmdb::cursor;
using zddm::lmdb::database;
using zddm::lmdb::environment;
using zddm::lmdb::transaction;

struct opened {
  folder where;
  environment env{where.path()};
  database db = env.alone([](transaction& t) { return *zddm::lmdb::open_database(t, "rows", MDB_CREATE); });
};
} // namespace

TEST_CASE("lmdb transaction: puts, gets and erases bytes, whatever they are") {
  opened o;
  std::string const odd("\0\xff key", 6);
  o.env.write([&](transaction& t) {
    CHECK(!t.get(o.db, odd));
    CHECK(t.put(o.db, odd, ""));
    CHECK(t.get(o.db, odd) == "");
    CHECK(!t.put(o.db, odd, "x", MDB_NOOVERWRITE));
    CHECK(t.get(o.db, odd) == "");
    CHECK(t.put(o.db, odd, odd));
    CHECK(t.put(o.db, "b", "2", MDB_NOOVERWRITE));
    CHECK(t.entries(o.db) == 2);
    CHECK(t.erase(o.db, "b"));
    CHECK(!t.erase(o.db, "b"));
    CHECK(t.contains(o.db, odd));
    CHECK(t.less(o.db, odd, "b"));
    CHECK(!t.less(o.db, "b", "b"));
  });
  CHECK(o.env.read([&](transaction const& t) { return std::string(*t.get(o.db, odd)); }) == odd);
}

TEST_CASE("lmdb transaction: a failing call throws, and names the environment") {
  opened o;
  CHECK_THROWS_WITH_AS(o.env.write([&](transaction& t) { t.put(o.db, std::string(5000, 'k'), "v"); }),
                       doctest::Contains(o.where.path().c_str()), zddm::store_error);
}

TEST_CASE("lmdb transaction: a cursor walks in order from above any key") {
  opened o;
  o.env.write([&](transaction& t) {
    cursor empty(t, o.db);
    CHECK(!empty.first());
    CHECK(!empty.above("a"));
    for (auto const* key : {"d", "b", "f"}) t.put(o.db, key, std::string(key) + key);
  });
  auto const walked = [&](std::optional<std::string_view> after) {
    return o.env.read([&](transaction const& t) {
      std::string all;
      cursor at(t, o.db);
      for (bool more = at.above(after); more; more = at.next()) all += std::string(at.key()) + std::string(at.value());
      return all;
    });
  };
  CHECK(walked({}) == "bbbdddfff");
  CHECK(walked("") == "bbbdddfff");
  CHECK(walked("a") == "bbbdddfff");
  CHECK(walked("b") == "dddfff");
  CHECK(walked("c") == "dddfff");
  CHECK(walked("f") == "");
  o.env.write([&](transaction& t) {
    cursor at(t, o.db);
    for (bool more = at.first(); more; more = at.next())
      if (at.key() != "d") at.erase();
  });
  CHECK(walked({}) == "ddd");
}

TEST_CASE("lmdb transaction: a cursor inserts where nothing is, beyond the last key only if asked to append") {
  opened o;
  o.env.write([&](transaction& t) {
    cursor at(t, o.db);
    CHECK(at.insert("b", "1", MDB_APPEND));
    CHECK(at.insert("d", "2", MDB_APPEND));
    CHECK_FALSE(at.insert("d", "x", MDB_APPEND));
    CHECK_FALSE(at.insert("c", "x", MDB_APPEND));
    CHECK_FALSE(at.insert("b", "x"));
    CHECK(at.insert("a", "3"));
    CHECK(at.insert("c", "4"));
    CHECK(at.insert("e", "5"));
    std::string all;
    for (bool more = at.first(); more; more = at.next()) all += std::string(at.key()) + std::string(at.value());
    CHECK(all == "a3b1c4d2e5");
  });
}
