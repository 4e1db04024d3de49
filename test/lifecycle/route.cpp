// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/route.hpp>

#include <doctest/doctest.h>

#include <zddm/lifecycle/transition.hpp>

using namespace zddm::lifecycle;

TEST_CASE("route: Old is complete until completing, New from switching on") {
  for (auto const& r : route_table) {
    CAPTURE(to_string(r.at));
    bool const old_first = r.write == writes::old_only || r.write == writes::invalidate || r.write == writes::dual;
    CHECK(old_first == (r.at <= row::switched));
    CHECK(r.new_required == (r.at >= row::switching));
    if (r.read == reads::new_only) CHECK(r.write == writes::new_only);
  }
}

TEST_CASE("route: a row in which New is read stands beside none whose writes New does not hear of") {
  auto const hears = [](route const& r) { return r.write != writes::old_only || r.writes_of != scope::every_key; };
  auto const reads_new = [](route const& r) { return r.read == reads::new_first || r.read == reads::new_only; };
  for (auto const& e : edges) {
    CAPTURE(to_string(e.from));
    CAPTURE(to_string(e.to));
    auto const &a = route_of(e.from), &b = route_of(e.to);
    if (reads_new(a)) CHECK(hears(b));
    if (reads_new(b)) CHECK(hears(a));
  }
}

TEST_CASE("route: the authority changes hands only through completing") {
  for (auto const& e : edges) {
    auto const &a = route_of(e.from), &b = route_of(e.to);
    if (a.write == writes::dual) CHECK(b.write != writes::new_only);
    if (a.write == writes::new_only) CHECK((b.write == writes::refused || b.write == writes::new_only));
  }
}

TEST_CASE("route: only a completed migration warns, only a destroyed one refuses") {
  for (auto const& r : route_table) {
    CHECK(r.warns == (r.at == row::completed));
    CHECK((r.read == reads::refused) == (r.at == row::destroyed));
    CHECK((r.write == writes::refused) == (r.at == row::destroyed));
  }
}
