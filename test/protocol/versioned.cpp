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

/// Two changes and a reader beside them, each process at either place; then a read at rest from either.
template <class New = store> verdict side_by_side(place a, place b, std::initializer_list<char const*> changes) {
  verdict total;
  for (unsigned mask = 0; mask < 8; ++mask)
    for (auto const* first : {"1", "u"})
      for (auto const* second : changes)
        for (place const last : {a, b}) {
          auto const at = [&](unsigned i) { return (mask >> i & 1) != 0 ? b : a; };
          auto const v =
              explore<New, versioned>({{at(0), first}, {at(1), second}, {at(2), "rr"}}, last, {}, a.at >= row::migrated);
          REQUIRE(v.tally.complete);
          total.add(v);
        }
  print((std::ostringstream() << a << " | " << b).str(), total);
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
        CAPTURE((std::ostringstream() << a << " | " << b).str());
        auto const v = side_by_side(a, b, {"2", "d", "u"});
        CAPTURE(v.tally.witness);
        CHECK(v.errors == 0);
        CHECK(v.not_regular == 0);
        CHECK(v.lost == 0);
        if (e.to < row::completing) CHECK(v.apart == 0);
      }
  }
}
