// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/key.hpp>

#include <cstdint>
#include <limits>
#include <vector>

#include <rapidcheck.h>

#include <doctest/doctest.h>

namespace ordered_key = zddm::ordered_key;
using namespace std::string_literals;

namespace {

enum class colour : std::int16_t { red = -300, green = 4 };

struct place {
  BOOST_HANA_DEFINE_STRUCT(place, (std::string, country), (std::int32_t, number), (bool, open));
  friend auto operator<=>(place const&, place const&) = default;
};

/// Texts that are prefixes of one another and rich in the bytes that end and escape.
rc::Gen<std::string> awkward_text() {
  return rc::gen::container<std::string>(rc::gen::oneOf(rc::gen::elementOf("\x00\x01\xfe\xff"s
                                                                           "a"s),
                                                        rc::gen::arbitrary<char>()));
}

template <class K> bool keeps_order(K const& a, K const& b) {
  auto const x = ordered_key::encode(a), y = ordered_key::encode(b);
  return (a < b) == (x < y) && (a == b) == (x == y);
}
template <class K> bool comes_back(K const& key) { return ordered_key::decode<K>(ordered_key::encode(key)) == key; }

template <class K> void check_property(char const* name, rc::Gen<K> gen) {
  CHECK(rc::check(std::string(name) + " keys keep their order and come back", [&] {
    auto const keys = *rc::gen::container<std::vector<K>>(8, gen);
    for (auto const& a : keys) {
      RC_ASSERT(comes_back(a));
      RC_ASSERT(std::string_view(ordered_key::bytes(a)) == ordered_key::encode(a));
      for (auto const& b : keys) RC_ASSERT(keeps_order(a, b));
    }
  }));
}

template <class Integer> rc::Gen<Integer> any_integer() {
  using limits = std::numeric_limits<Integer>;
  return rc::gen::oneOf(rc::gen::arbitrary<Integer>(),
                        rc::gen::element<Integer>(limits::min(), limits::min() + 1, 0, 1, limits::max() - 1, limits::max()));
}

template <class K> bool refused(std::string_view bytes) {
  try {
    ordered_key::decode<K>(bytes);
  } catch (zddm::store_error const& e) {
    return e.kind() == zddm::error_class::permanent && e.code() == 116;
  }
  return false;
}

template <class K> std::string canonical(K const& key) { return std::string(std::string_view(zddm::canonical_key(key))); }

} // namespace

TEST_CASE("keys are integers, texts, blobs, enumerations, and what is made of them") {
  static_assert(zddm::keyable<bool> && zddm::keyable<std::int8_t> && zddm::keyable<std::uint64_t> && zddm::keyable<colour>);
  static_assert(zddm::keyable<std::string> && zddm::keyable<zddm::blob> && zddm::keyable<place>);
  static_assert(zddm::keyable<std::tuple<place, std::pair<int, std::string>>>);
  static_assert(!zddm::keyable<double> && !zddm::keyable<char> && !zddm::keyable<std::optional<int>> && !zddm::keyable<int*>);
  static_assert(!zddm::keyable<std::tuple<>> && !zddm::keyable<std::pair<int, double>> && !zddm::keyable<std::vector<int>>);
}

TEST_CASE("canonical bytes do not depend on the width of an integer") {
  CHECK(canonical(std::int8_t{-2}) == "\xfe\xff\xff\xff\xff\xff\xff\xff"s);
  CHECK(canonical(std::int64_t{-2}) == canonical(std::int8_t{-2}));
  CHECK(canonical(std::uint16_t{258}) == "\x02\x01\0\0\0\0\0\0"s);
  CHECK(canonical(true) == canonical(1));
  CHECK(canonical(colour::red) == canonical(-300));
}

TEST_CASE("canonical bytes of a text are the text, without a copy") {
  auto const text = "a\0b"s;
  std::string_view const bytes = zddm::canonical_key(text);
  CHECK(bytes.data() == text.data());
  CHECK(bytes == text);
  CHECK(canonical(zddm::blob{std::byte{97}}) == "a");
}

TEST_CASE("canonical bytes of a tuple tell where each part ends") {
  auto const seven = "\0\0\0\0\0\0\0"s;
  CHECK(canonical(std::pair("ab"s, 1)) == "\x02" + seven + "ab" + "\x08" + seven + "\x01" + seven);
  CHECK(canonical(std::pair("a"s, "b"s)) != canonical(std::pair("ab"s, ""s)));
  CHECK(canonical(place{"x", 1, true}) == canonical(std::tuple("x"s, 1, true)));
  CHECK(canonical(std::pair(std::pair("a"s, "b"s), "c"s)) != canonical(std::pair("a"s, std::pair("b"s, "c"s))));
  for (std::size_t const n : {87u, 103u, 104u, 105u, 500u}) {
    std::string const text(n, 'x');
    auto const key = zddm::canonical_key(std::pair(text, 1));
    auto const copy = key;
    CHECK(std::string_view(copy) == std::string(1, static_cast<char>(n)) + static_cast<char>(n >> 8) + seven.substr(1) + text +
                                        "\x08" + seven + "\x01" + seven);
  }
}

TEST_CASE("the ordered form is the published one") {
  CHECK(ordered_key::encode(std::uint32_t{0x01020304}) == "\x01\x02\x03\x04"s);
  CHECK(ordered_key::encode(std::int16_t{-1}) == "\x7f\xff"s);
  CHECK(ordered_key::encode(std::int64_t{0}) == "\x80\0\0\0\0\0\0\0"s);
  CHECK(ordered_key::encode(true) == "\x01"s);
  CHECK(ordered_key::encode(colour::red) == "\x7e\xd4"s);
  CHECK(ordered_key::encode("a\0"s) == "a\0"s);
  CHECK(ordered_key::encode(std::pair("a\0"s, std::uint8_t{7})) == "a\0\xff\0\0\x07"s);
}

TEST_CASE("integers keep their order") {
  check_property<std::int8_t>("int8", any_integer<std::int8_t>());
  check_property<std::uint16_t>("uint16", any_integer<std::uint16_t>());
  check_property<std::int32_t>("int32", any_integer<std::int32_t>());
  check_property<std::int64_t>("int64", any_integer<std::int64_t>());
  check_property<std::uint64_t>("uint64", any_integer<std::uint64_t>());
  CHECK(keeps_order(false, true));
  CHECK(keeps_order(colour::red, colour::green));
}

TEST_CASE("texts keep their order, alone and inside tuples") {
  check_property<std::string>("text", awkward_text());
  check_property("pair of texts", rc::gen::pair(awkward_text(), awkward_text()));
  check_property("tuple", rc::gen::tuple(any_integer<std::int16_t>(), awkward_text(), any_integer<std::uint8_t>()));
  check_property("nested", rc::gen::pair(rc::gen::pair(awkward_text(), any_integer<std::int8_t>()), awkward_text()));
  check_property<place>("record",
                        rc::gen::map(rc::gen::tuple(awkward_text(), any_integer<std::int32_t>(), rc::gen::arbitrary<bool>()),
                                     [](auto const& t) { return std::make_from_tuple<place>(t); }));
}

TEST_CASE("blobs are compared as unsigned bytes") {
  zddm::blob const low{std::byte{0x7f}}, high{std::byte{0x80}};
  CHECK(keeps_order(low, high));
  CHECK(comes_back(std::pair(high, low)));
}

TEST_CASE("bytes that are no key are refused") {
  CHECK(refused<std::uint32_t>("\0\0\0"s));
  CHECK(refused<std::uint32_t>("\0\0\0\0\0"s));
  CHECK(refused<bool>("\x02"s));
  CHECK(refused<std::pair<std::string, int>>("abc"));
  CHECK(refused<std::pair<std::string, std::string>>("abc\0\0de\0"s));
  CHECK(refused<std::pair<std::string, std::string>>("a\0\x01\0\0\0\0"s));
  CHECK(refused<std::pair<std::string, std::string>>("a\0\0b\0\0c"s));
  CHECK(ordered_key::decode<std::string>("any \0 bytes"s) == "any \0 bytes"s);
}
