// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/sample.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

using zddm::verify::sample;
using zddm::verify::detail::parts_of;
using store = zddm::memory::store<int, int>;

namespace {
struct rows : store {
  explicit rows(int n) {
    for (int i = 1; i <= n; ++i) put(i, i);
  }
};
} // namespace

TEST_CASE("sample of everything is one range without ends, and is not partial") {
  rows s(10);
  auto const parts = parts_of(s, {}, 1, true);
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].back);
  CHECK_FALSE(parts[0].after);
  CHECK_FALSE(parts[0].upto);
  CHECK_FALSE(sample{}.partial());
  CHECK(sample{zddm::threshold::percent(1)}.partial());
  CHECK(sample{.ranges = 1}.partial());
}

TEST_CASE("sample of ranges takes as many as asked, of about the size asked, in order, others with another seed") {
  rows s(1000);
  std::set<std::optional<std::string>> starts;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto const parts = parts_of(s, {.ranges = 3, .rows_a_range = 100}, seed, false);
    REQUIRE(parts.size() == 3);
    int last = -1;
    for (auto const& p : parts) {
      int const after = p.after ? std::stoi(*p.after) : 0;
      int const upto = p.upto ? std::stoi(*p.upto) : 1000;
      CHECK(after >= last);
      CHECK(upto - after >= 90);
      CHECK(upto - after <= 110);
      last = upto;
      starts.insert(p.after);
    }
  }
  CHECK(starts.size() == 10);
}

TEST_CASE("sample of more ranges than there are is everything") {
  rows s(5);
  auto const parts = parts_of(s, {.ranges = 100, .rows_a_range = 1}, 3, false);
  REQUIRE(parts.size() == 5);
  CHECK_FALSE(parts.front().after);
  CHECK_FALSE(parts.back().upto);
  for (std::size_t i = 1; i < parts.size(); ++i) CHECK(parts[i].after == parts[i - 1].upto);
  store none;
  CHECK(parts_of(none, {.ranges = 3}, 3, false).size() == 1);
}

TEST_CASE("sample by share draws other keys with another seed, also of keys that no gate knows") {
  auto const share = zddm::threshold::percent(10);
  int both = 0, one = 0, real = 0;
  for (int i = 0; i < 10'000; ++i) {
    bool const a = share.admits(zddm::verify::detail::sample_hash(i, 1)),
               b = share.admits(zddm::verify::detail::sample_hash(i, 2));
    one += a;
    both += a && b;
    real += share.admits(zddm::verify::detail::sample_hash(i * 0.5, 1));
  }
  CHECK(one > 850);
  CHECK(one < 1150);
  CHECK(both < 200);
  CHECK(real > 850);
  CHECK(real < 1150);
}
