// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/text.hpp>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <doctest/doctest.h>

namespace text = zddm::text;
using namespace std::string_literals;

namespace {

enum class colour : std::int8_t { red = -1, green = 3 };

struct inner {
  BOOST_HANA_DEFINE_STRUCT(inner, (std::string, text), (std::optional<std::int32_t>, number));
  friend bool operator==(inner const&, inner const&) = default;
};

struct all_kinds {
  BOOST_HANA_DEFINE_STRUCT(all_kinds, (bool, flag), (std::int8_t, i8), (std::uint64_t, u64), (std::int64_t, i64), (float, f),
                           (double, d), (colour, c), (std::string, s), (zddm::blob, b), (std::optional<std::string>, maybe),
                           (std::vector<bool>, answers), (std::vector<inner>, many), (inner, one));
  friend bool operator==(all_kinds const&, all_kinds const&) = default;
};

struct limits {
  BOOST_HANA_DEFINE_STRUCT(limits, (int, rate), (std::vector<int>, steps));
  limits(int r = 7) : rate(r) {}
};

all_kinds sample() {
  return {true,
          -128,
          std::numeric_limits<std::uint64_t>::max(),
          std::numeric_limits<std::int64_t>::min(),
          0.1F,
          1e300,
          colour::red,
          "q\"b\\n\n\0\xff\x7f\xc2\x85 \xc3\xa9"s,
          {std::byte{0}, std::byte{255}},
          "null",
          {true, false},
          {{"x", 7}, {"", {}}},
          {"y", -1}};
}

std::string refusal(auto&& f) {
  try {
    f();
  } catch (zddm::store_error const& e) {
    CHECK(e.kind() == zddm::error_class::permanent);
    CHECK(e.code() == 115);
    return e.what();
  }
  return "";
}

template <class F, class Bits> void check_every_float() {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20'000; ++round) {
    auto const bits = static_cast<Bits>(random());
    auto const back = text::decode<F>(text::encode(std::bit_cast<F>(bits)));
    REQUIRE(std::bit_cast<Bits>(back) == bits);
  }
}

} // namespace

TEST_CASE("what is encoded is decoded as it was") {
  auto const x = sample();
  CHECK((text::decode<all_kinds>(text::encode(x)) == x));
  CHECK((text::decode<all_kinds>(text::encode(all_kinds{})) == all_kinds{}));
}

TEST_CASE("the form is the published one") {
  CHECK(text::encode(sample()) ==
        R"({flag: true, i8: -128, u64: 18446744073709551615, i64: -9223372036854775808, f: 0.1, d: 1e+300, c: -1, )"
        R"(s: "q\"b\\n\n\x00\xff\x7f\xc2\x85 )"
        "\xc3\xa9"
        R"(", b: 0x00ff, maybe: "null", answers: [true, false], )"
        R"(many: [{text: "x", number: 7}, {text: "", number: null}], one: {text: "y", number: -1}})");
  CHECK(text::encode(std::vector<int>{}) == "[]");
  CHECK(text::encode(zddm::blob{}) == "0x");
  CHECK(text::encode(std::optional<int>{}) == "null");
  CHECK(text::encode(std::pair<int, std::string>(5, "a")) == R"([5, "a"])");
}

TEST_CASE("texts are printable and valid UTF-8 whatever they hold") {
  std::mt19937 random(5);
  for (int round = 0; round < 5'000; ++round) {
    std::string s(random() % 12, '\0');
    for (char& c : s)
      c = static_cast<char>(random() % 3 == 0 ? random() : "\xe2\x82\xac\xf0\x9f\x98\x80\xed\xa0\xc3\xa9"[random() % 12]);
    auto const encoded = text::encode(s);
    REQUIRE(text::decode<std::string>(encoded) == s);
    for (std::string_view rest = encoded; !rest.empty();) {
      auto const n = text::detail::shown_character(rest);
      REQUIRE(n != 0);
      rest.remove_prefix(n);
    }
  }
  CHECK(text::encode("\xe2\x82\xac"s) == "\"\xe2\x82\xac\"");
  CHECK_MESSAGE(text::encode("\xc0\xaf"s) == R"("\xc0\xaf")", "overlong");
  CHECK_MESSAGE(text::encode("\xed\xa0\x80"s) == R"("\xed\xa0\x80")", "a surrogate");
  CHECK_MESSAGE(text::encode("\xf4\x90\x80\x80"s) == R"("\xf4\x90\x80\x80")", "beyond the last character");
  CHECK_MESSAGE(text::encode("\xe2\x82"s) == R"("\xe2\x82")", "cut off");
}

TEST_CASE("every float comes back bit for bit") {
  check_every_float<double, std::uint64_t>();
  check_every_float<float, std::uint32_t>();
  CHECK(text::encode(0.1) == "0.1");
  CHECK(text::encode(-0.0) == "-0");
  CHECK(text::encode(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(text::encode(-std::numeric_limits<float>::infinity()) == "-inf");
  CHECK(std::isnan(text::decode<float>("nan")));
  CHECK(refusal([] { text::decode<double>("nan(0)"); }) != "");
  CHECK(refusal([] { text::decode<double>("1e999"); }) != "");
  CHECK(refusal([] { text::decode<double>("-nan"); }) != "");
}

TEST_CASE("space between the parts and any order of columns are understood") {
  CHECK((text::decode<inner>("  {number:5 ,\n\ttext :\"a\"} ") == inner{"a", 5}));
  CHECK(text::decode<zddm::blob>("0xAb") == zddm::blob{std::byte{0xab}});
  CHECK(
      (text::decode<std::tuple<int, std::pair<bool, std::string>>>("[1,[true,\"x\"]]") == std::tuple{1, std::pair{true, "x"s}}));
}

TEST_CASE("a column left out keeps what is there") {
  CHECK(text::decode<limits>("{}").rate == 7);
  CHECK(text::decode<limits>("{steps: [1, 2]}").steps == std::vector{1, 2});
  limits present(9);
  text::decode_into("{}", present);
  CHECK(present.rate == 9);
}

TEST_CASE("an unknown column is refused by name, or skipped on request") {
  auto const with_more = R"({rate: 1, later: {a: [1, "]}\"", {x: 0xff}], b: null}, steps: [3], last: nan})"s;
  CHECK(refusal([&] { text::decode<limits>(with_more); }).find("\"later\"") != std::string::npos);
  auto const x = text::decode<limits>(with_more, text::unknown::skip);
  CHECK(x.rate == 1);
  CHECK(x.steps == std::vector{3});
  for (auto const* broken : {"{a: }", "{a: [}", "{a: [1}", "{a: {]}}", "{a: \"}", "{a", "{a:"})
    CHECK_MESSAGE(refusal([&] { text::decode<limits>(broken, text::unknown::skip); }) != "", broken);
  CHECK_MESSAGE(refusal([&] { text::decode<limits>("{\xff: 1}"); }).find("\\xff") != std::string::npos, "shown escaped");
}

TEST_CASE("what is no value of the type is refused") {
  CHECK(refusal([] { text::decode<limits>("{rate: 1, rate: 2}"); }).find("second column") != std::string::npos);
  CHECK(refusal([] { text::decode<std::int8_t>("128"); }).find("out of range") != std::string::npos);
  CHECK(refusal([] { text::decode<std::uint64_t>("18446744073709551616"); }).find("out of range") != std::string::npos);
  CHECK(refusal([] { text::decode<colour>("-129"); }) != "");
  CHECK(refusal([] { text::decode<unsigned>("-1"); }) != "");
  CHECK(refusal([] { text::decode<int>("1 2"); }) != "");
  CHECK(refusal([] { text::decode<int>(""); }) != "");
  CHECK(refusal([] { text::decode<bool>("1"); }) != "");
  CHECK(refusal([] { text::decode<std::string>("abc"); }) != "");
  CHECK(refusal([] { text::decode<std::string>(R"("\q")"); }) != "");
  CHECK(refusal([] { text::decode<std::string>(R"("\x1")"); }) != "");
  CHECK(refusal([] { text::decode<std::vector<int>>("[1,]"); }) != "");
  CHECK(refusal([] { text::decode<zddm::blob>("0xabc"); }) != "");
  CHECK(refusal([] { text::decode<std::pair<int, int>>("[1]"); }) != "");
}

TEST_CASE("a text cut off anywhere is refused") {
  auto const whole = text::encode(sample());
  for (std::size_t n = 0; n < whole.size(); ++n)
    REQUIRE(refusal([&] { text::decode<all_kinds>(std::string_view(whole).substr(0, n)); }) != "");
}

TEST_CASE("no value stands in a refusal") {
  CHECK(refusal([] { text::decode<limits>("{rate: secret}"); }).find("secret") == std::string::npos);
}
