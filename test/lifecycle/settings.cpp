// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/settings.hpp>

#include <doctest/doctest.h>

using namespace zddm::lifecycle;
using zddm::threshold;

namespace {

constexpr std::uint64_t low = 1, high = ~std::uint64_t{0} - 1;

plan ask(settings const& s, std::uint64_t bucket, bool admitted) {
  return plan_for(s, [=] { return bucket; }, [=] { return admitted; });
}
plan ask_nothing(settings const& s) {
  return plan_for(
      s,
      []() -> std::uint64_t {
        FAIL("the bucket is not needed");
        return 0;
      },
      []() -> bool {
        FAIL("the gate is not needed");
        return false;
      });
}
settings at(row r) { return {r, 1, threshold::closed(), threshold::percent(50), threshold::percent(50)}; }

} // namespace

TEST_CASE("settings: rows for every key ask neither bucket nor gate") {
  CHECK(ask_nothing(at(row::unrun)) == plan{reads::old_only, writes::old_only});
  CHECK(ask_nothing(at(row::switched)) == plan{reads::new_first, writes::dual, true});
  CHECK(ask_nothing(at(row::completing)) == plan{reads::new_first, writes::mirrored, true});
  CHECK(ask_nothing(at(row::completed)) == plan{reads::new_only, writes::new_only, true});
  CHECK(ask_nothing(at(row::destroyed)) == plan{reads::refused, writes::refused, true});
}

TEST_CASE("settings: preparing invalidates announced keys and leaves the others alone") {
  CHECK(ask(at(row::preparing), low, true) == plan{reads::old_only, writes::invalidate});
  CHECK(ask(at(row::preparing), high, true) == plan{reads::old_only, writes::old_only});
}

TEST_CASE("settings: in prepared the gate decides below the high-water rate only") {
  CHECK(ask(at(row::prepared), low, true) == plan{reads::new_first, writes::dual});
  CHECK(ask(at(row::prepared), low, false) == plan{reads::old_only, writes::invalidate});
  CHECK(ask(at(row::prepared), high, true) == plan{reads::old_only, writes::old_only});
}

TEST_CASE("settings: keys between the high-water rate and the announced one pass through preparing") {
  auto s = at(row::prepared);
  s.announced = threshold::open();
  CHECK(ask(s, high, true) == plan{reads::old_only, writes::invalidate});
  CHECK(ask(s, low, true) == plan{reads::new_first, writes::dual});
}

TEST_CASE("settings: from migrating on every key is written to New and the gate limits reads") {
  for (auto const r : {row::migrating, row::migrated, row::switching}) {
    CHECK(ask(at(r), high, false) == plan{reads::old_only, writes::dual, r == row::switching});
    CHECK(ask(at(r), high, true) == plan{reads::new_first, writes::dual, r == row::switching});
  }
}

TEST_CASE("settings: a quarantine sends reads to Old, and writes wait, are journaled, or invalidate") {
  for (auto const r : {row::preparing, row::prepared, row::migrating, row::migrated}) {
    auto s = at(r);
    s.shut = quarantine::announced;
    CHECK(ask_nothing(s) == plan{reads::old_only, writes::old_only, false, true, true});
    s.shut = quarantine::settled;
    CHECK(ask_nothing(s) == plan{reads::old_only, writes::old_only, false, true, false});
    s.shut = quarantine::rejoining;
    CHECK(ask_nothing(s) == plan{reads::old_only, writes::invalidate});
  }
}

TEST_CASE("settings: a quarantine changes nothing where New is required or not used") {
  for (auto const r : {row::unrun, row::switching, row::switched, row::completing, row::completed, row::destroyed}) {
    auto s = at(r);
    auto const before = ask(s, low, true);
    s.shut = quarantine::settled;
    CHECK(ask(s, low, true) == before);
  }
}

TEST_CASE("settings: a quarantine is found by its name") {
  for (std::size_t i = 0; i < quarantine_names.size(); ++i)
    CHECK(quarantine_named(quarantine_names[i]) == static_cast<quarantine>(i));
  CHECK_FALSE(quarantine_named("off"));
}
