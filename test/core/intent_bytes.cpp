// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/intent_bytes.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

using zddm::intent_record;
using zddm::intent_record_from;
using zddm::knowledge;
using zddm::to_bytes;

namespace {

std::string bytes(std::initializer_list<int> list) {
  std::string out;
  for (int b : list) out.push_back(static_cast<char>(b));
  return out;
}

int code_of(std::string const& text) {
  try {
    intent_record_from(text);
  } catch (zddm::store_error const& e) {
    CHECK(e.kind() == zddm::error_class::permanent);
    return e.code();
  }
  return 0;
}

} // namespace

TEST_CASE("the stored form is pinned") {
  intent_record r;
  r.known = knowledge::absent;
  r.generation = 0x0102030405060708;
  CHECK(to_bytes(r) == bytes({2, 8, 7, 6, 5, 4, 3, 2, 1}));
  r.known = knowledge::unknown;
  r.pending = {{0xff, 1}};
  CHECK(to_bytes(r) == bytes({0, 8, 7, 6, 5, 4, 3, 2, 1, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
}

TEST_CASE("what is stored comes back") {
  auto const most = std::numeric_limits<std::uint64_t>::max();
  for (auto known : {knowledge::unknown, knowledge::present, knowledge::absent})
    for (std::uint64_t generation : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x80}, std::uint64_t{0xff00ff00}, most})
      for (std::uint64_t writers = 0; writers < 4; ++writers) {
        intent_record r;
        r.known = known;
        r.generation = generation;
        for (std::uint64_t i = 0; i < writers; ++i) r.pending.push_back({most - i, i << 56});
        CHECK((intent_record_from(to_bytes(r)) == r));
      }
}

TEST_CASE("the order of the writes in flight is kept") {
  intent_record r;
  r.pending = {{2, 7}, {1, 9}, {2, 6}};
  CHECK((intent_record_from(to_bytes(r)).pending == r.pending));
}

TEST_CASE("every length that cannot be is refused") {
  intent_record r;
  r.pending = {{1, 1}, {2, 2}};
  auto const whole = to_bytes(r);
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(code_of(whole.substr(0, length)) == (length == 9 || length == 25 ? 0 : 111));
  CHECK(code_of(whole + 'x') == 111);
}

TEST_CASE("a knowledge that cannot be is refused") {
  auto text = to_bytes(intent_record{});
  for (int b = 0; b < 256; ++b) {
    text[0] = static_cast<char>(b);
    CHECK(code_of(text) == (b <= 2 ? 0 : 111));
  }
}

TEST_CASE("in a list what is damaged is unknown") {
  intent_record r;
  r.known = knowledge::absent;
  CHECK((zddm::intent_record_or_unknown(to_bytes(r)) == r));
  CHECK((zddm::intent_record_or_unknown("damaged") == intent_record{}));
}
