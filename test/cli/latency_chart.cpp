// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/latency_chart.hpp>

#include <string>

#include <doctest/doctest.h>

using zddm::distribution;
using zddm::cli::latency_chart;

namespace {
bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("latency chart: both stores, one over the other, with their quantiles") {
  distribution const in_old{{1'200'000, 3'400'000}, {98, 2}}, in_new{{700'000, 3'100'000}, {98, 2}};
  auto const text = latency_chart("reads", in_old, in_new);
  CAPTURE(text);
  for (std::string const look : {"old", "new"}) {
    CHECK(has(text, "<path class=\"area " + look + "\""));
    CHECK(has(text, "<path class=\"" + look + "\""));
    CHECK(has(text, "<path class=\"mark " + look + "\""));
  }
  CHECK(has(text, "<td class=\"n\">100</td><td class=\"n\">1.2 ms</td><td class=\"n\">1.2 ms</td><td class=\"n\">3.4 ms</td>"));
  CHECK(has(text, "<td class=\"n\">100</td><td class=\"n\">700 us</td><td class=\"n\">700 us</td><td class=\"n\">3.1 ms</td>"));
  CHECK(has(text, ">1.0 ms</span>"));
}

TEST_CASE("latency chart: one store alone, one duration alone, extremes, nothing") {
  auto const text = latency_chart("reads", {{1000}, {5}}, {});
  CHECK(has(text, "<path class=\"area old\""));
  CHECK_FALSE(has(text, "<path class=\"area new\""));
  CHECK(has(latency_chart("reads", {{0, ~std::uint64_t{0}}, {1, 1}}, {}), "<path class=\"area old\""));
  CHECK(has(latency_chart("writes", {}, {}), "No writes were measured"));
}

TEST_CASE("latency chart: every call is in the shares, in the middle of the axis") {
  auto const of = zddm::cli::detail::shares({{1024, 4096}, {3, 1}}, 8, 14, 25);
  double sum = 0;
  for (auto const s : of) sum += s;
  CHECK(sum == doctest::Approx(1));
  CHECK(of[8] == doctest::Approx(0.375));
  CHECK(of[16] == doctest::Approx(0.125));
  CHECK(of[0] == 0);
}
