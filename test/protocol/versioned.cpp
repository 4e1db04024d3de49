// SPDX-License-Identifier: BSL-1.0
#include <zddm/consistency/versioned.hpp>

#include <iomanip>
#include <iostream>
#include <sstream>

#include <doctest/doctest.h>
#include <protocol/world.hpp>

#include <zddm/lifecycle/transition.hpp>

using namespace world;
using zddm::consistency::versioned;

namespace {

std::vector<place> places_of(row r) {
  if (route_of(r).reads_of == zddm::lifecycle::scope::admitted_keys) return {{r, false}, {r, true}};
  return {{r, false}};
}

void print(std::string const& rows, verdict const& v) {
  std::cout << std::left << std::setw(52) << rows << std::right << std::setw(10) << v.tally.schedules << std::setw(10)
            << v.not_linearizable << std::setw(10) << v.not_regular << std::setw(10) << v.lost << std::setw(10) << v.apart
            << std::endl;
}

using changes = std::initializer_list<char const*>;

/// Two changes and a reader beside them, each process at either place; then a read at rest from either.
verdict side_by_side(place a, place b, changes firsts, changes seconds) {
  verdict total;
  for (unsigned mask = 0; mask < 8; ++mask)
    for (auto const* first : firsts)
      for (auto const* second : seconds)
        for (place const last : {a, b}) {
          auto const at = [&](unsigned i) { return (mask >> i & 1) != 0 ? b : a; };
          auto const v =
              explore<store, versioned>({{at(0), first}, {at(1), second}, {at(2), "rr"}}, last, {}, a.at >= row::migrated);
          REQUIRE(v.tally.complete);
          total.add(v);
        }
  return total;
}

} // namespace

TEST_CASE("versioned: every legal pair of rows of the route table, side by side") {
  std::cout << std::left << std::setw(52) << "rows side by side" << std::right << std::setw(10) << "schedules" << std::setw(10)
            << "not lin." << std::setw(10) << "not reg." << std::setw(10) << "lost" << std::setw(10) << "apart" << '\n';
  for (auto const& e : zddm::lifecycle::edges) {
    if (e.to == row::destroyed || (e.from > e.to && zddm::lifecycle::legal(e.to, e.from))) continue;
    for (auto const a : places_of(e.from))
      for (auto const b : places_of(e.to)) {
        auto const rows = (std::ostringstream() << a << " | " << b).str();
        CAPTURE(rows);
        auto const writes = side_by_side(a, b, {"1"}, {"2", "d"});
        auto updates = side_by_side(a, b, {"1"}, {"u"});
        updates.add(side_by_side(a, b, {"u"}, {"2", "d", "u"}));
        auto v = writes;
        v.add(updates);
        print(rows, v);
        CAPTURE(v.tally.witness);
        // An update in completing waits for the fleet to move on, which nobody does here: it fails with nothing changed.
        bool const updates_wait = e.from == row::completing || e.to == row::completing;
        CHECK(writes.errors == 0);
        CHECK((updates.errors > 0) == updates_wait);
        CHECK(v.not_regular == 0);
        CHECK(v.lost == 0);
        if (e.to < row::completing) CHECK(v.apart == 0);
      }
  }
}
