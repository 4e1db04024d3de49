// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/course.hpp>

#include <cstdint>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

namespace {

std::uint64_t rows(desk& d) {
  std::uint64_t n = 0;
  for (auto const& p : zddm::lifecycle::load_series(d.memory, "names").first.points) n += p.rows;
  return n;
}

} // namespace

TEST_CASE("course: the rows of a backfill are noted now and then, each once") {
  desk d("migrate");
  zddm::backfill::checkpoint<cli::shared_state> saved(d.state, "names");
  zddm::backfill::plan const plan{"id", "names", 100, {"10"}, true};
  saved.begin(plan);
  zddm::backfill::checkpoint<cli::shared_state>::held h{{false, "5", 0, 0, 0, {}, "w"}, 0};
  auto const copied = [&](std::uint64_t n) {
    h.mark.copied = n;
    saved.save(plan, 0, h);
  };
  std::chrono::nanoseconds now = 1000s;
  cli::course noted(d.state, "names", [&] { return now; }), other(d.state, "names", [&] { return now; });
  noted();
  copied(30);
  now += 9s;
  noted();
  CHECK(rows(d) == 0);
  now += 1s;
  noted();
  other(); // another worker of the same backfill
  CHECK(rows(d) == 30);
  copied(40);
  noted.finish();
  CHECK(rows(d) == 40);
  saved.forget(); // planned anew
  other.finish();
  CHECK(rows(d) == 40);
  saved.begin(plan);
  h = {{true, "10", 10, 5, 0, {}, "w"}, 0};
  saved.save(plan, 0, h);
  noted.finish();
  CHECK(rows(d) == 55);
}
