// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/counterpart.hpp>

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/core/error.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/memory/store.hpp>

using namespace zddm;

namespace {

using rows = memory::store<int, int>;

/// Old's even numbers, halved and shown as texts; there is no way back.
struct halves {
  static std::string to_new(int n) {
    if (n % 2 != 0) throw unmappable("it is odd");
    return std::to_string(n / 2);
  }
};
/// Keys are texts that begin with a p.
struct rekeyed {
  static int to_new(int n) { return n; }
  static int to_old(int n) { return n; }
  static std::string key_to_new(int k) { return "p" + std::to_string(k); }
  static int key_to_old(std::string const& k) {
    if (!k.starts_with('p')) throw unmappable("it has no p");
    return std::stoi(k.substr(1));
  }
};

} // namespace

TEST_CASE("counterpart: a store without a mapping refuses nothing and gives back what it was given") {
  rows old_rows;
  old_rows.put(1, 3);
  int const given = 7;
  CHECK(&held_by(old_rows, given) == &given);
  CHECK(can_hold<rows>(5));
  CHECK(ordered_like_new<rows>);
  CHECK(rollback_after_switch<rows>);
  CHECK(rollback_refusal<rows>.empty());
  int seen = 0;
  CHECK(scan_with_refusals(old_rows, {}, 9, [&](int, int n) { seen = n; }, [](auto const&) { FAIL("refused"); }) == 1);
  CHECK(seen == 3);
}

TEST_CASE("counterpart: through a mapping") {
  rows old_rows;
  for (int n : {2, 3, 4}) old_rows.put(n, n);
  using shown = mapped<rows, halves>;
  shown view(old_rows);
  CHECK(held_by(view, 8) == "4");
  CHECK_FALSE(rollback_after_switch<shown>);
  CHECK(rollback_refusal<shown>.find("no to_old") != std::string_view::npos);
  std::vector<std::string> kept, why;
  CHECK(scan_with_refusals(
            view, {}, 9, [&](int, std::string const& v) { kept.push_back(v); },
            [&](refusal<int> const& r) { why.push_back(*r.key == 3 ? r.why : "another row"); }) == 3);
  CHECK(kept == std::vector<std::string>{"1", "2"});
  REQUIRE(why.size() == 1);
  CHECK(why[0].find("it is odd") != std::string::npos);

  using other_keys = mapped<rows, rekeyed>;
  CHECK_FALSE(ordered_like_new<other_keys>);
  CHECK(can_hold<other_keys>("p4"));
  CHECK_FALSE(can_hold<other_keys>("4"));
}
