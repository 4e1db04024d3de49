// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/threshold.hpp>

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <zddm/core/hash.hpp>

using zddm::threshold;

namespace {

nlohmann::json vectors() {
  char const* const root = std::getenv("ZDDM_SOURCE_DIR");
  std::ifstream file(std::string(root ? root : ".") + "/test/conformance/gate.json");
  REQUIRE(file.is_open());
  return nlohmann::json::parse(file);
}

std::uint64_t hash_of(nlohmann::json const& key, std::uint64_t seed) {
  if (key.is_string()) return zddm::hash(key.get<std::string>(), seed);
  if (key.is_number()) return zddm::hash(key.get<std::int64_t>(), seed);
  return zddm::hash(key.get<std::pair<std::string, int>>(), seed);
}

} // namespace

TEST_CASE("every published threshold is met, and written and read back as its text") {
  auto const published = vectors();
  REQUIRE(published.at("thresholds").size() >= 10);
  for (auto const& v : published.at("thresholds")) {
    auto const t = threshold::ppm(v.at("ppm").get<std::uint32_t>());
    CHECK(t.value == std::stoull(v.at("threshold").get<std::string>(), nullptr, 16));
    CHECK(zddm::to_string(t) == v.at("text").get<std::string>());
    CHECK((threshold::parse(v.at("text").get<std::string>()) == t));
    CHECK(t.in_ppm() == v.at("ppm").get<std::uint32_t>());
  }
}

TEST_CASE("every published key is admitted from its rate on, and not before") {
  auto const published = vectors();
  REQUIRE(published.at("first").size() >= 10);
  for (auto const& v : published.at("first")) {
    auto const hash = hash_of(v.at("key"), zddm::seed_of(v.at("migration").get<std::string>()));
    auto const first = v.at("first_ppm").get<std::uint32_t>();
    CHECK(threshold::ppm(first).admits(hash));
    CHECK_FALSE(threshold::ppm(first - 1).admits(hash));
    CHECK(threshold::open().admits(hash));
    CHECK_FALSE(threshold::closed().admits(hash));
  }
}

TEST_CASE("every published share of keys is met") {
  auto const published = vectors();
  REQUIRE(published.at("shares").size() >= 10);
  for (auto const& v : published.at("shares")) {
    auto const seed = zddm::seed_of(v.at("migration").get<std::string>());
    auto const t = threshold::ppm(v.at("ppm").get<std::uint32_t>());
    int admitted = 0;
    for (int i = 0; i < 100'000; ++i) admitted += t.admits(zddm::hash("user:" + std::to_string(i), seed));
    CHECK(admitted == v.at("admitted").get<int>());
  }
}

TEST_CASE("every rate has its own threshold, and thresholds rise with the rate") {
  auto before = threshold::closed();
  for (std::uint32_t parts = 1; parts <= 1'000'000; ++parts) {
    auto const t = threshold::ppm(parts);
    if (!(before < t && t.in_ppm() == parts)) FAIL("at " << parts);
    before = t;
  }
  CHECK(before.is_open());
}

TEST_CASE("the ends are exact: all keys and none") {
  constexpr std::uint64_t last = ~std::uint64_t{0};
  static_assert(threshold::open().admits(last) && threshold::open().admits(0) && threshold::open().is_open());
  static_assert(!threshold::closed().admits(0) && threshold::closed().is_closed());
  static_assert(!threshold::ppm(999'999).admits(last) && !threshold::ppm(999'999).is_open());
  static_assert(threshold::percent(100).is_open() && threshold::percent(0).is_closed());
  static_assert(threshold::percent(25) == threshold::ppm(250'000) && threshold::ppm(2'000'000).is_open());
}

TEST_CASE("a rate is read exactly or not at all") {
  CHECK((threshold::parse("12.5") == threshold::ppm(125'000)));
  CHECK((threshold::parse("12.5000%") == threshold::ppm(125'000)));
  CHECK((threshold::parse("0.0001") == threshold::ppm(1)));
  CHECK((threshold::parse("100") == threshold::open()));
  CHECK((threshold::parse("100.0000%") == threshold::open()));
  CHECK((threshold::parse(".5") == threshold::ppm(5'000)));
  CHECK((threshold::parse("007%") == threshold::percent(7)));
  for (auto const* text : {"", "%", ".", ".%", "-1", "+1", "1e1", "100.0001", "101", "1000000", "4294967296",
                           "18446744073709551617", "0.00001", "1.2.3", "5 %", " 5", "5%%", "0x5", "nan"})
    CHECK_MESSAGE(!threshold::parse(text), text);
}
