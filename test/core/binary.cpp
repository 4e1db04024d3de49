// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/binary.hpp>

#include <cmath>
#include <limits>
#include <random>

#include <doctest/doctest.h>

namespace binary = zddm::binary;
using namespace std::string_literals;

namespace {

enum class colour : std::uint16_t { red = 1, green = 300 };

struct inner {
  BOOST_HANA_DEFINE_STRUCT(inner, (std::string, text), (std::optional<std::int32_t>, number));
  friend bool operator==(inner const&, inner const&) = default;
};

struct all_kinds {
  BOOST_HANA_DEFINE_STRUCT(all_kinds, (bool, flag), (std::int8_t, i8), (std::uint16_t, u16), (std::int32_t, i32),
                           (std::uint64_t, u64), (float, f), (double, d), (colour, c), (std::string, s), (zddm::blob, b),
                           (std::optional<std::string>, maybe), (std::vector<std::int32_t>, numbers),
                           (std::vector<bool>, answers), (std::vector<inner>, many), (inner, one));
  friend bool operator==(all_kinds const&, all_kinds const&) = default;
};

all_kinds sample() {
  return {true,       -5,         65535,         -1'000'000,           std::numeric_limits<std::uint64_t>::max(),
          0.1F,       -0.0,       colour::green, "a\0b\xff"s,          {std::byte{0}, std::byte{255}},
          "present"s, {1, -2, 3}, {true, false}, {{"x", 7}, {"", {}}}, {std::string(300, 'y'), std::nullopt}};
}

int refusal(auto&& f) {
  try {
    f();
  } catch (zddm::store_error const& e) {
    CHECK(e.kind() == zddm::error_class::permanent);
    return e.code();
  }
  return 0;
}

} // namespace

TEST_CASE("what is encoded is decoded as it was") {
  auto const x = sample();
  auto const bytes = binary::encode(x);
  CHECK(bytes.size() == binary::size(x));
  auto const back = binary::decode<all_kinds>(bytes);
  CHECK((back == x));
  CHECK(std::signbit(back.d));
  CHECK((binary::decode<all_kinds>(binary::encode(all_kinds{})) == all_kinds{}));
}

TEST_CASE("the form is the published one") {
  CHECK(binary::encode(std::uint32_t{0x01020304}) == "\x04\x03\x02\x01"s);
  CHECK(binary::encode(std::int16_t{-2}) == "\xfe\xff"s);
  CHECK(binary::encode(true) == "\x01"s);
  CHECK(binary::encode(1.0) == "\0\0\0\0\0\0\xf0\x3f"s);
  CHECK(binary::encode(colour::green) == "\x2c\x01"s);
  CHECK(binary::encode(std::optional<bool>{}) == "\0"s);
  CHECK(binary::encode(inner{"ab", 7}) == "\x02"s
                                          "ab\x01\x07\0\0\0"s);
  CHECK(binary::encode(inner{std::string(200, 'z'), {}}) == "\xc8\x01" + std::string(200, 'z') + '\0');
  CHECK(binary::encode(std::vector<std::uint16_t>{1, 2}) == "\x02\x01\0\x02\0"s);
}

TEST_CASE("a text or a blob by itself is its own bytes") {
  auto const text = "any \0 bytes\xff"s;
  CHECK(binary::encode(text) == text);
  CHECK(binary::decode<std::string>(text) == text);
  zddm::blob const b{std::byte{1}, std::byte{200}};
  CHECK(binary::encode(b) == "\x01\xc8"s);
  CHECK(binary::decode<zddm::blob>("\x01\xc8"s) == b);
  CHECK(binary::decode<std::string>({}).empty());
  CHECK(binary::decode<zddm::blob>({}).empty());
}

TEST_CASE("appending leaves what was there, and writing fills exactly its size") {
  std::string out = "head";
  binary::append(out, std::uint8_t{65});
  CHECK(out == "headA");

  inner const x{"text", 1};
  std::string room(binary::size(x), '?');
  CHECK(binary::write(room.data(), x) == room.data() + room.size());
  CHECK(room == binary::encode(x));
}

TEST_CASE("decoding into a used value replaces every column") {
  auto used = sample();
  binary::decode_into(binary::encode(all_kinds{}), used);
  CHECK((used == all_kinds{}));
}

TEST_CASE("bytes cut off anywhere, or with more behind them, are refused") {
  auto const bytes = binary::encode(sample());
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK(refusal([&] { binary::decode<all_kinds>(std::string_view(bytes).substr(0, n)); }) == 117);
  CHECK(refusal([&] { binary::decode<all_kinds>(bytes + '\0'); }) == 117);
  CHECK(refusal([&] { binary::decode<std::uint32_t>("\0\0\0"s); }) == 117);
}

TEST_CASE("flags and lengths that encode never makes are refused") {
  CHECK(refusal([] { binary::decode<bool>("\x02"s); }) == 117);
  CHECK(refusal([] { binary::decode<std::optional<bool>>("\x02\0"s); }) == 117);
  CHECK_MESSAGE(refusal([] { binary::decode<std::vector<bool>>("\x80\0"s); }) == 117, "0 in two bytes");
  CHECK_MESSAGE(refusal([] { binary::decode<std::vector<bool>>(std::string(20, '\xff')); }) == 117, "no end");
}

TEST_CASE("a forged length is refused before any memory is taken for it") {
  std::string const huge = "\xff\xff\xff\xff\xff\xff\xff\x7f"s;
  CHECK(refusal([&] { binary::decode<std::vector<std::uint64_t>>(huge + "12345678"); }) == 117);
  CHECK(refusal([&] { binary::decode<std::vector<inner>>(huge + "12"); }) == 117);
  CHECK(refusal([&] { binary::decode<inner>(huge + "12"); }) == 117);
}

TEST_CASE("damaged bytes are refused or are the form of some other value") {
  auto const bytes = binary::encode(sample());
  std::mt19937 random(1);
  int refused = 0, accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto damaged = bytes;
    for (unsigned changes = random() % 3 + 1; changes != 0; --changes)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    all_kinds x;
    if (refusal([&] { binary::decode_into(damaged, x); }) != 0)
      ++refused;
    else if (binary::encode(x) == damaged)
      ++accepted;
    else
      FAIL("two forms of one value");
  }
  CHECK(refused > 0);
  CHECK(accepted > 0);
}
