// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/hash.hpp>

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace {

nlohmann::json vectors() {
  char const* const root = std::getenv("ZDDM_SOURCE_DIR");
  std::ifstream file(std::string(root ? root : ".") + "/test/conformance/hash.json");
  REQUIRE(file.is_open());
  return nlohmann::json::parse(file);
}

std::uint64_t number(nlohmann::json const& hex) { return std::stoull(hex.get<std::string>(), nullptr, 16); }

std::string hex(std::string_view bytes) {
  std::string out;
  for (char const c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

template <class K> void check(nlohmann::json const& v, K const& key) {
  CHECK(hex(zddm::canonical_key(key)) == v.at("bytes").get<std::string>());
  CHECK(zddm::hash(key, number(v.at("seed"))) == number(v.at("hash")));
}

template <class A, class B> void check_pair(nlohmann::json const& v) { check(v, v.at("key").get<std::pair<A, B>>()); }

} // namespace

TEST_CASE("every published hash of a key is met") {
  auto const published = vectors();
  int texts = 0, integers = 0, tuples = 0;
  for (auto const& v : published.at("keys")) {
    auto const& key = v.at("key");
    if (v.at("type") == "text") {
      check(v, key.get<std::string>());
      ++texts;
    } else if (v.at("type") == "integer") {
      check(v, key.get<std::int64_t>());
      ++integers;
    } else {
      ++tuples;
      using text = std::string;
      if (key[0].is_array())
        check_pair<std::pair<text, text>, text>(v);
      else if (key[1].is_array())
        check_pair<text, std::pair<text, text>>(v);
      else if (key[0].is_number())
        check_pair<int, long>(v);
      else if (key[1].is_number())
        check_pair<text, short>(v);
      else
        check_pair<text, text>(v);
    }
  }
  CHECK(texts >= 8);
  CHECK(integers >= 8);
  CHECK(tuples >= 6);
}

TEST_CASE("every published seed of a migration is met") {
  auto const published = vectors();
  REQUIRE(published.at("migrations").size() >= 3);
  for (auto const& v : published.at("migrations")) CHECK(zddm::seed_of(v.at("name").get<std::string>()) == number(v.at("seed")));
}

TEST_CASE("the hash of a text is that of its bytes") {
  CHECK(zddm::hash(std::string("user:42")) == 0x9fc1e605fa7174aa);
  CHECK(zddm::hash_bytes("user:42") == 0x9fc1e605fa7174aa);
  CHECK(zddm::hash_bytes({}) == 0x2d06800538d394c2);
}

TEST_CASE("the seed changes every hash, and the width of an integer does not") {
  CHECK(zddm::hash(7, 1) != zddm::hash(7, 2));
  CHECK(zddm::hash(std::int8_t{-7}) == zddm::hash(std::int64_t{-7}));
}
