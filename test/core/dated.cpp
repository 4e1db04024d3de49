// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/dated.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/core/binary.hpp>
#include <zddm/core/diff.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/core/text.hpp>
#include <zddm/memory/store.hpp>

using zddm::dated;
using zddm::instant;

namespace {
struct words {
  static std::string to_new(int v) { return std::to_string(v); }
  static int to_old(std::string const& v) { return std::stoi(v); }
};
struct words_one_way {
  static std::string to_new(int v) { return std::to_string(v); }
};
} // namespace

TEST_CASE("dated: a value ends at its instant, or never") {
  CHECK_FALSE(dated<int>{1, {}}.ended(instant{1'000'000'000'000}));
  CHECK_FALSE(dated<int>{1, instant{1000}}.ended(instant{999}));
  CHECK(dated<int>{1, instant{1000}}.ended(instant{1000}));
  CHECK(zddm::wall_clock::now() > instant{1'700'000'000'000});
}

TEST_CASE("dated: values are kept by the codecs as any record is") {
  dated<std::string> const one{"x", instant{1'764'151'000'123}};
  CHECK(zddm::text::decode<dated<std::string>>(zddm::text::encode(one)) == one);
  CHECK(zddm::binary::decode<dated<std::string>>(zddm::binary::encode(one)) == one);
}

TEST_CASE("dated: instants are compared to the second") {
  CHECK(zddm::same(dated<int>{1, instant{5000}}, dated<int>{1, instant{6000}}));
  CHECK_FALSE(zddm::same(dated<int>{1, instant{5000}}, dated<int>{1, instant{6001}}));
  CHECK(zddm::differing(dated<int>{1, instant{9001}}, dated<int>{2, instant{8000}}) ==
        std::vector<std::string>{"value", "until"});
  CHECK_FALSE(zddm::same(dated<int>{1, instant{5000}}, dated<int>{1, {}}));
  constexpr auto most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
  CHECK_FALSE(zddm::same(instant{most}, instant{least}));
}

TEST_CASE("dated: a mapping of values leaves the end as it is") {
  using store = zddm::memory::store<int, dated<int>>;
  store rows;
  rows.put(1, {7, instant{5000}});
  zddm::mapped<store, zddm::dated_mapping<words>> in_words(rows);
  CHECK(in_words.get(1) == dated<std::string>{"7", instant{5000}});
  in_words.put(2, {"8", {}});
  CHECK(rows.get(2) == dated<int>{8, {}});
  static_assert(zddm::rollback_after_switch<zddm::mapped<store, zddm::dated_mapping<words>>>);
  static_assert(!zddm::rollback_after_switch<zddm::mapped<store, zddm::dated_mapping<words_one_way>>>);
}
