// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/time_chart.hpp>

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using zddm::cli::instant;
using zddm::cli::instant_form;
using zddm::cli::round_up;
using zddm::cli::time_chart;
using zddm::lifecycle::point;

namespace {

bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }
auto count(std::string const& text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}
constexpr std::int64_t second = 1000, hour = 3'600'000, day = 24 * hour, start = 1'795'000'000'000;

std::vector<point> every(std::int64_t step, std::size_t n) {
  std::vector<point> all(n);
  for (std::size_t i = 0; i < n; ++i) {
    all[i].from = start + static_cast<std::int64_t>(i) * step;
    all[i].until = all[i].from + step;
    all[i].rows = i;
  }
  return all;
}
std::optional<double> rows(point const& p) { return static_cast<double>(p.rows); }

} // namespace

TEST_CASE("time chart: instants in UTC") {
  CHECK(instant(1'795'261'207'000, instant_form::seconds) == "11:40:07");
  CHECK(instant(1'795'261'207'000, instant_form::minutes) == "11:40");
  CHECK(instant(1'795'261'207'000, instant_form::days) == "21 Nov 11:40");
}

TEST_CASE("time chart: a gap where there is no value, a dot where one stands alone") {
  auto const points = every(second, 7);
  time_chart chart("rows", points, 0, 10);
  chart.line("new", [](point const& p) { return p.rows == 2 || p.rows == 4 ? std::nullopt : rows(p); });
  CHECK(count(chart.text(), "<path class=\"new\"") == 2);
  CHECK(count(chart.text(), "<path class=\"dot new\"") == 1);
  time_chart across("rows", points, 0, 10);
  across.line("new", [](point const& p) { return p.rows == 2 ? std::nullopt : rows(p); }, true);
  CHECK(count(across.text(), "<path class=\"new\"") == 1);
  across.dots("old", rows);
  CHECK(count(across.text(), "<path class=\"dot old\"") == 7);
}

TEST_CASE("time chart: few ticks, at even times, however long it lasts") {
  for (auto const step : {second, 10 * second, 300 * second, hour, day, 30 * day}) {
    auto const points = every(step, 50);
    auto const text = time_chart("rows", points, 0, 50).text();
    CAPTURE(text);
    CHECK(count(text, "<span class=\"x\"") >= 1);
    CHECK(count(text, "<span class=\"x\"") <= 5);
  }
  CHECK(has(time_chart("rows", every(300 * second, 50), 0, 50).text(), ":00</span>"));
}

TEST_CASE("time chart: of nothing, and of one instant") {
  std::vector<point> const none;
  CHECK(count(time_chart("rows", none, 0, 1).text(), "<path") == 1); // the base line
  auto const one = every(0, 1);
  time_chart chart("rows", one, 0, 1);
  chart.line("new", rows);
  CHECK(has(chart.text(), "<path class=\"dot new\" d=\"M0.0 1000.0"));
}

TEST_CASE("time chart: round values") {
  CHECK(round_up(0) == 1);
  CHECK(round_up(-3) == 1);
  CHECK(round_up(1) == 1);
  CHECK(round_up(1.01) == 2);
  CHECK(round_up(7400) == 10'000);
  CHECK(round_up(0.0006) == doctest::Approx(0.001));
  CHECK(round_up(0.05) == doctest::Approx(0.05));
}
