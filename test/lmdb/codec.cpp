// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/codec.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <boost/hana/define_struct.hpp>

using zddm::lmdb::codec;

namespace {
struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (std::string, name), (std::int32_t, age));
};
} // namespace

TEST_CASE("lmdb codec: a text is its own bytes, and is lent as they are") {
  using text = codec<std::string, std::string>;
  std::string const odd("a\0\xff", 3);
  CHECK(std::string_view(text::key_bytes(odd)) == odd);
  CHECK(std::string_view(text::value_bytes(odd)) == odd);
  CHECK(text::key_from(odd) == odd);
  CHECK(text::value_from(odd) == odd);
  CHECK(text::lend(odd).data() == odd.data());
}

TEST_CASE("lmdb codec: numbers stand in their order as keys, and come back") {
  using numbers = codec<std::int32_t, std::uint64_t>;
  std::string last;
  for (std::int32_t const n : {std::numeric_limits<std::int32_t>::min(), -70'000, -1, 0, 1, 255, 256, 70'000}) {
    std::string const bytes(std::string_view(numbers::key_bytes(n)));
    CHECK(last < bytes);
    CHECK(numbers::key_from(bytes) == n);
    last = bytes;
    auto const value = static_cast<std::uint64_t>(n);
    CHECK(numbers::value_from(numbers::value_bytes(value)) == value);
  }
}

TEST_CASE("lmdb codec: records come back, as values and as keys in the order of their columns") {
  using people = codec<person, person>;
  auto const bytes = people::value_bytes({"Ada", 36});
  CHECK(people::value_from(bytes).name == "Ada");
  CHECK(people::value_from(bytes).age == 36);
  CHECK(std::string_view(people::key_bytes({"Ada", 36})) < std::string_view(people::key_bytes({"Ada", 100})));
  CHECK(people::key_from(people::key_bytes({"Ada", -1})).age == -1);
}

TEST_CASE("lmdb codec: bytes of another type are refused") {
  CHECK_THROWS_AS((codec<std::int32_t, double>::key_from("abc")), zddm::store_error);
  CHECK_THROWS_AS((codec<std::int32_t, double>::value_from("abc")), zddm::store_error);
}

TEST_CASE("lmdb codec: what is not text is not lent") {
  auto const lends = []<class Codec>(Codec) { return requires { Codec::lend(std::string_view()); }; };
  CHECK(lends(codec<int, std::string>()));
  CHECK(!lends(codec<int, double>()));
}
