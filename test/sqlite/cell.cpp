// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/cell.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../tools/scratch.hpp"

using zddm::blob;
using zddm::sqlite::affinity;
using zddm::sqlite::cell;
using zddm::sqlite::connection;
using zddm::sqlite::looks_numeric;
using zddm::sqlite::statement;
using zddm::sqlite::storage;

namespace {

enum class colour : std::uint8_t { red, green };

struct address {
  BOOST_HANA_DEFINE_STRUCT(address, (std::string, street), (std::optional<int>, number));
  friend bool operator==(address const&, address const&) = default;
};

struct fixture {
  test::scratch dir;
  connection c{dir / "a.db", {}};

  /// What a column of this type gives back; nothing where the value was refused.
  template <class T> std::optional<T> through(char const* type, affinity a, T const& x) {
    c.execute(std::string("DROP TABLE IF EXISTS t; CREATE TABLE t (c ") + type + ")");
    connection fresh(dir / "a.db", {});
    {
      statement put(fresh, fresh.prepared(0, "INSERT INTO t VALUES (?)"));
      if (!cell<T>::bind(put, 1, x, a)) return std::nullopt;
      put.finish();
    }
    statement get(fresh, fresh.prepared(1, "SELECT c FROM t"));
    REQUIRE(get.step());
    T got{};
    REQUIRE(cell<T>::read(get, 0, got));
    return got;
  }
  template <class T> bool returns(T const& x, char const* type = "", affinity a = affinity::none) {
    auto const got = through(type, a, x);
    return got && *got == x;
  }
  template <class T> bool reads(std::string const& literal) {
    connection fresh(dir / "a.db", {});
    statement get(fresh, fresh.prepared(0, "SELECT " + literal));
    REQUIRE(get.step());
    T got{};
    return cell<T>::read(get, 0, got);
  }
};

template <class T> constexpr T lowest = std::numeric_limits<T>::lowest();
template <class T> constexpr T highest = std::numeric_limits<T>::max();

} // namespace

TEST_CASE_TEMPLATE("sqlite cell keeps every integer", T, signed char, unsigned char, char, short, unsigned short, int, unsigned,
                   std::int64_t, std::uint64_t) {
  fixture f;
  for (T const x : {lowest<T>, highest<T>, T{0}, T{1}, T(highest<T> / 2 + 1)}) {
    CHECK(f.returns(x));
    CHECK(f.returns(x, "INTEGER", affinity::integer));
    CHECK(f.returns(std::optional<T>(x), "DECIMAL(9)", affinity::numeric));
  }
}

TEST_CASE_FIXTURE(fixture, "sqlite cell keeps truth, enumerations and nothing") {
  CHECK(returns(true, "BOOLEAN", affinity::numeric));
  CHECK(returns(false));
  CHECK(returns(colour::green));
  CHECK(returns(std::optional<int>()));
  CHECK(returns(std::optional<std::string>()));
  CHECK(returns(std::optional<std::string>("")));
}

TEST_CASE_FIXTURE(fixture, "sqlite cell keeps floating point") {
  for (double const x : {0.0, 0.1, -1e300, 5e-324, 5.0, 9007199254740993.0, highest<double>, lowest<double>,
                         std::numeric_limits<double>::infinity()})
    for (auto const* type : {"", "REAL", "NUMERIC", "INTEGER"}) CHECK(returns(x, type));
  for (float const x : {0.1f, highest<float>, 16777216.0f, -std::numeric_limits<float>::infinity()}) CHECK(returns(x, "REAL"));
  CHECK_FALSE(through("", affinity::none, std::nan("")));
  CHECK_FALSE(through("REAL", affinity::real, std::optional<double>(std::nan(""))));
}

TEST_CASE_FIXTURE(fixture, "sqlite cell keeps every byte of texts and blobs") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(returns(all, "TEXT", affinity::text));
  CHECK(returns(std::string(), "TEXT", affinity::text));
  blob bytes;
  for (char const byte : all) bytes.push_back(static_cast<std::byte>(byte));
  CHECK(returns(bytes, "BLOB"));
  CHECK(returns(bytes, "TEXT", affinity::text));
  CHECK(returns(bytes, "INTEGER", affinity::integer));
  CHECK(returns(blob()));
}

TEST_CASE_FIXTURE(fixture, "sqlite cell keeps lists and records as text") {
  CHECK(returns(std::vector<std::string>{"a", "b\"c", ""}, "TEXT", affinity::text));
  CHECK(returns(std::vector<int>{}));
  CHECK(returns(address{"Main \"St\"", 7}));
  CHECK(returns(std::vector<address>{{"x", std::nullopt}, {"y", 1}}));
  CHECK(returns(std::optional<std::vector<double>>()));
  CHECK(returns(std::vector<bool>{true, false}));
}

TEST_CASE_FIXTURE(fixture, "sqlite cell refuses the texts that a column of numbers would change, and no others") {
  for (auto const* text :
       {"12", " 12", "12 ", "-1", "+1", "1e5", ".5", "5.", "0012", "1.50", "9223372036854775808", "1e999", "\n7\t"})
    CHECK_FALSE(through("NUMERIC", affinity::numeric, std::string(text)));
  for (auto const* type : {"NUMERIC", "INTEGER", "REAL"})
    for (std::string const text : {"2020-01-01", "12a", "0x10", "", " ", "-", ".", "1 2", "inf", "nan", "1e", "e5", "--1", "1_0"})
      CHECK(returns(text, type, affinity::numeric));
  CHECK(returns(std::string("0012"), "TEXT", affinity::text));
  CHECK(returns(std::string("0012")));
  CHECK(returns(std::string("12\0", 3), "NUMERIC", affinity::numeric));
}

TEST_CASE_FIXTURE(fixture, "sqlite cell refuses to read what is no value of the type") {
  CHECK(reads<int>("5"));
  CHECK_FALSE(reads<int>("NULL"));
  CHECK_FALSE(reads<int>("'5'"));
  CHECK_FALSE(reads<int>("5.0"));
  CHECK_FALSE(reads<std::uint8_t>("256"));
  CHECK_FALSE(reads<std::uint8_t>("-1"));
  CHECK_FALSE(reads<std::uint32_t>("4294967296"));
  CHECK_FALSE(reads<std::int8_t>("-129"));
  CHECK_FALSE(reads<bool>("2"));
  CHECK_FALSE(reads<double>("9007199254740993"));
  CHECK_FALSE(reads<float>("1e300"));
  CHECK_FALSE(reads<float>("16777217"));
  CHECK(reads<double>("7"));
  CHECK_FALSE(reads<std::string>("5"));
  CHECK_FALSE(reads<std::string>("x'00'"));
  CHECK_FALSE(reads<blob>("'text'"));
  CHECK(reads<std::optional<int>>("NULL"));
  CHECK_FALSE(reads<std::optional<int>>("'x'"));
  CHECK_THROWS_AS(reads<std::vector<int>>("'no list'"), zddm::store_error);
}

TEST_CASE("sqlite cell knows which columns give back what they get") {
  CHECK(cell<int>::fits(affinity::integer));
  CHECK_FALSE(cell<int>::fits(affinity::text));
  CHECK_FALSE(cell<std::int64_t>::fits(affinity::real));
  CHECK(cell<double>::fits(affinity::integer));
  CHECK_FALSE(cell<std::optional<double>>::fits(affinity::text));
  CHECK(cell<std::string>::fits(affinity::numeric));
  CHECK_FALSE(cell<std::vector<int>>::fits(affinity::numeric));
  CHECK(cell<blob>::fits(affinity::real));
  CHECK(cell<std::optional<std::string>>::nullable);
  CHECK(to_string(cell<std::optional<std::string>>::kind) == "TEXT");
}

TEST_CASE("sqlite cell takes for a number what SQLite would") {
  for (auto const* text : {"1", "-1.5e-3", " 7\n", "+.5"}) CHECK(looks_numeric(text));
  for (auto const* text : {"", "   ", "abc", "1x", "0x1", "infinity", "+-1"}) CHECK_FALSE(looks_numeric(text));
}
