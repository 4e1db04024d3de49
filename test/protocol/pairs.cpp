// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/transition.hpp>

#include <cstddef>
#include <iomanip>
#include <iostream>

#include <doctest/doctest.h>
#include <protocol/world.hpp>
#include <zddm/lifecycle/sound.hpp>

using namespace world;

namespace {

void print(std::string const& rows, verdict const& v) {
  std::cout << std::left << std::setw(52) << rows << std::right << std::setw(10) << v.tally.schedules << std::setw(10)
            << v.not_linearizable << std::setw(10) << v.not_regular << std::setw(10) << v.apart << std::endl;
}

/// Two writers or a writer and a deleter, two reads beside them, each process at either place; then a read at rest from
/// either. With and without one death at any step.
template <class New = store, class... Policies> verdict side_by_side(place a, place b, int deaths) {
  verdict total;
  bool const covered = a.at >= row::migrated;
  for (int crashes = 0; crashes <= deaths; ++crashes)
    for (unsigned mask = 1; mask < 7; ++mask)
      for (auto const* second : {"2", "d"})
        for (place const last : {a, b}) {
          auto const at = [&](unsigned i) { return (mask >> i & 1) != 0 ? b : a; };
          auto const v =
              explore<New, Policies...>({{at(0), "1"}, {at(1), second}, {at(2), "rr"}}, last, {.crashes = crashes}, covered);
          REQUIRE(v.tally.complete);
          // Beside a dead process a write may give up, unchanged; the key is freed once its lease is over.
          total.add(v, crashes == 0 || b.at != row::completing);
        }
  print((std::ostringstream() << a << " | " << b).str(), total);
  return total;
}

/// New as a store without the rule that an overlapped writer must not end with its value.
struct never_overlapped : store {
  using store::store;
  bool end(int k, zddm::intent t, std::optional<int> const& v) {
    t.alone = true;
    return store::end(k, t, v);
  }
};

std::vector<place> places_of(row r) {
  if (route_of(r).reads_of == zddm::lifecycle::scope::admitted_keys) return {{r, false}, {r, true}};
  return {{r, false}};
}

} // namespace

TEST_CASE("intent: every legal pair of rows of the route table, side by side") {
  std::cout << std::left << std::setw(52) << "rows side by side" << std::right << std::setw(10) << "schedules" << std::setw(10)
            << "not lin." << std::setw(10) << "not reg." << std::setw(10) << "apart" << '\n';
  for (auto const& e : zddm::lifecycle::edges) {
    if (e.to == row::destroyed || (e.from > e.to && zddm::lifecycle::legal(e.to, e.from))) continue;
    for (auto const a : places_of(e.from))
      for (auto const b : places_of(e.to)) {
        CAPTURE((std::ostringstream() << a << " | " << b).str());
        auto const v = side_by_side(a, b, e.to == row::completed ? 0 : 1);
        CAPTURE(v.tally.witness);
        CHECK(v.errors == 0);
        CHECK(v.not_regular == 0);
        // From completing on New is the authority, and Old may lag behind it.
        if (e.to < row::completing) CHECK(v.apart == 0);
        CHECK(v.not_linearizable == 0);
      }
  }
}

TEST_CASE("intent: a gate that opens or closes in one process before the other") {
  for (auto const r : {row::prepared, row::migrating, row::migrated, row::switching}) {
    auto const v = side_by_side({r, false}, {r, true}, 1);
    CAPTURE(v.tally.witness);
    CHECK(v.not_linearizable + v.not_regular + v.apart + v.errors == 0);
  }
}

TEST_CASE("sound: what the rules refuse does damage, and what they allow does none, at every two rows") {
  using zddm::lifecycle::clash;
  auto const harm = [](verdict const& v, row later) {
    return v.not_linearizable + v.not_regular + (later < row::completing ? v.apart : 0);
  };
  // Who does what in these two places: two writers and a reader, or a writer and two readers.
  auto const tried = [](place a, place b, unsigned mask, bool two_writers) {
    auto const at = [&](unsigned i) { return (mask >> i & 1) != 0 ? b : a; };
    auto const v = explore<store>({{at(0), "1"}, {at(1), two_writers ? "2" : "r"}, {at(2), two_writers ? "rr" : "r"}}, b, {},
                                  a.at >= row::migrated);
    REQUIRE(v.tally.complete);
    return v;
  };
  for (std::size_t i = 0; i < static_cast<std::size_t>(row::destroyed); ++i)
    for (std::size_t k = 0; k <= i; ++k) {
      auto const a = static_cast<row>(k), b = static_cast<row>(i);
      CAPTURE(to_string(a));
      CAPTURE(to_string(b));
      auto const found = beside(zddm::lifecycle::route_of(a), zddm::lifecycle::route_of(b));
      if (zddm::lifecycle::legal(a, b) || zddm::lifecycle::legal(b, a)) {
        CHECK(found == clash::none);
        continue; // explored above
      }
      if (found == clash::not_required) continue; // a rule of the fleet, not of a key: New might still be shut out
      std::uint64_t damage = 0;
      for (auto const one : places_of(a))
        for (auto const other : places_of(b))
          for (unsigned mask = a == b ? 0 : 1; mask < (a == b ? 1 : 7) && (found == clash::none || damage == 0); ++mask)
            for (bool const two_writers : {true, false}) damage += harm(tried(one, other, mask, two_writers), b);
      CHECK((damage > 0) == (found != clash::none));
    }
}

TEST_CASE("intent: the bridges may not be left out") {
  SUBCASE("preparing: New is poisoned by a process that still writes Old alone") {
    CHECK(side_by_side({row::unrun, false}, {row::prepared, true}, 0).apart > 0);
  }
  SUBCASE("completing: a process that writes New alone loses its writes to those that read Old") {
    CHECK(side_by_side({row::switched, false}, {row::completed, false}, 0).not_regular > 0);
  }
}

TEST_CASE("intent: an overlapped writer that ended with its value would leave the loser valid in New") {
  CHECK(side_by_side<never_overlapped>({row::prepared, false}, {row::prepared, true}, 0).apart > 0);
}

TEST_CASE("intent: a New that fails a read in completing is not answered for by Old, which may lag behind") {
  for (auto const beside : {row::switched, row::completed}) {
    auto const v = explore<store>({{{beside, false}, "1"}, {{row::completing, false}, "rr"}}, {row::completing, false},
                                  {.faults = 1, .ways = {explorer::fault::before}, .where = 1}, true);
    CAPTURE(v.tally.witness);
    CHECK(v.tally.complete);
    CHECK(v.errors > 0);
    CHECK(v.not_linearizable == 0);
  }
}

TEST_CASE("H15: an update beside an update, a write or an erase is applied once, at every legal pair of rows") {
  std::cout << "an update and another change, a read beside them\n";
  for (auto const& e : zddm::lifecycle::edges) {
    if (e.to == row::destroyed || (e.from > e.to && zddm::lifecycle::legal(e.to, e.from))) continue;
    verdict total;
    for (auto const* second : {"u", "1", "d"})
      for (place const a : places_of(e.from))
        for (place const b : places_of(e.to))
          for (unsigned mask = 0; mask < 8; ++mask) {
            auto const at = [&](unsigned i) { return (mask >> i & 1) != 0 ? b : a; };
            auto const v = explore<store>({{at(0), "u"}, {at(1), second}, {at(2), "r"}}, at(2), {}, a.at >= row::migrated);
            REQUIRE(v.tally.complete);
            total.add(v);
          }
    print((std::ostringstream() << to_string(e.from) << " | " << to_string(e.to)).str(), total);
    CAPTURE(total.tally.witness);
    CHECK(total.errors == 0);
    CHECK(total.not_linearizable == 0);
  }
}
