// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/course_charts.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

using zddm::lifecycle::point;
namespace cli = zddm::cli;

namespace {

bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::vector<point> minutes(std::size_t n) {
  std::vector<point> all(n);
  for (std::size_t i = 0; i < n; ++i) {
    all[i].from = 1'795'000'000'000 + static_cast<std::int64_t>(i) * 60'000;
    all[i].until = all[i].from + 60'000;
  }
  return all;
}

} // namespace

TEST_CASE("course charts: where nothing is known there is no picture") {
  for (auto const& points : {minutes(0), minutes(1), minutes(10)}) {
    CHECK(cli::consistency_chart(points, 0.9995).empty());
    CHECK(cli::rate_chart(points).empty());
    CHECK(cli::unknown_chart(points).empty());
    CHECK(cli::percentile_chart(points).empty());
  }
}

TEST_CASE("course charts: consistency against its gate, by reads and by verifications") {
  auto points = minutes(10);
  for (auto& p : points) p.counted.equal = 1000;
  points[4].counted.differs = 1;
  points[9].verified = 1000;
  points[9].left_open = 2;
  auto const text = cli::consistency_chart(points, 0.9995);
  CAPTURE(text);
  CHECK(has(text, ">100 %</span>"));
  CHECK(has(text, ">99.50 %</span>")); // the frame reaches below the worst
  CHECK(has(text, ">gate 99.95 %</span>"));
  CHECK(has(text, "<path class=\"new\""));
  CHECK(has(text, "<path class=\"dot new\""));
  CHECK(has(text, "</i>gate</li>"));
  auto const without = cli::consistency_chart(points, std::nullopt);
  CHECK_FALSE(has(without, "gate"));
  CHECK(has(without, ">99.50 %</span>"));
}

TEST_CASE("course charts: copies that do not agree at all, and one that was compared once") {
  auto points = minutes(2);
  points[0].counted.missing = 5;
  CHECK(has(cli::consistency_chart(points, 0.9995), ">0.00 %</span>"));
  points[0].counted = {5, 0, 0, 0, 0, 0};
  CHECK(has(cli::consistency_chart(points, 0.9995), "<path class=\"dot new\""));
}

TEST_CASE("course charts: rows a second, keys unknown, percentiles") {
  auto points = minutes(4);
  for (auto& p : points) p.rows = 60 * 7400;
  CHECK(has(cli::rate_chart(points), ">10000</span>"));
  points[1].unknown = 40;
  points[3].unknown = 0;
  CHECK(has(cli::unknown_chart(points), ">50</span>"));
  points[0].old_p99 = points[1].old_p99 = 3'400'000;
  points[1].new_p99 = points[2].new_p99 = 3'100'000;
  auto const text = cli::percentile_chart(points);
  CHECK(has(text, ">5 ms</span>"));
  CHECK(has(text, "<path class=\"old\""));
  CHECK(has(text, "<path class=\"new\""));
}
