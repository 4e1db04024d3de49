// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/plot.hpp>
#include <zddm/lifecycle/series.hpp>

namespace zddm::cli {

/// The instant in UTC: "11:40", with the day where one would not know it, or with seconds.
enum class instant_form : std::uint8_t { seconds, minutes, days };
inline std::string instant(std::int64_t milliseconds, instant_form form) {
  std::time_t const at = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  std::array<char, 32> text{};
  constexpr std::array<char const*, 3> forms{"%H:%M:%S", "%H:%M", "%d %b %H:%M"};
  std::strftime(text.data(), text.size(), forms[static_cast<std::size_t>(form)], &parts);
  return text.data();
}

/// Lines over time, in a frame of values. Points that have no value leave a gap, unless they are passed over.
class time_chart {
public:
  using value = std::function<std::optional<double>(lifecycle::point const&)>;

  /// `bottom` and `top`: the values at the edges.
  time_chart(std::string_view what, std::vector<lifecycle::point> const& points, double bottom, double top, bool low = false)
      : points_(points), bottom_(bottom), top_(top), plot_(what, low) {
    if (points_.empty()) return;
    from_ = points_.front().from;
    until_ = std::max(points_.back().until, from_ + 1000);
    ticks();
  }

  void rule(double at, std::string_view label) { plot_.rule(up(at), label); }
  void limit(double at, std::string_view look, std::string_view label) { plot_.limit(up(at), look, label); }

  /// `across`: a point without a value is passed over.
  void line(std::string_view look, value const& of, bool across = false) {
    plot::places run;
    auto const draw = [&] {
      if (run.size() == 1)
        plot_.dot(look, run[0].first, run[0].second);
      else
        plot_.line(look, run);
      run.clear();
    };
    for (auto const& one : points_)
      if (auto const v = of(one))
        run.emplace_back(along((one.from + one.until) / 2), up(*v));
      else if (!across)
        draw();
    draw();
  }
  void dots(std::string_view look, value const& of) {
    for (auto const& one : points_)
      if (auto const v = of(one)) plot_.dot(look, along(one.until), up(*v));
  }

  std::string text() const { return plot_.text(); }

private:
  double along(std::int64_t at) const { return static_cast<double>(at - from_) / static_cast<double>(until_ - from_); }
  double up(double v) const { return (v - bottom_) / (top_ - bottom_); }

  /// At most five instants, at even times.
  void ticks() {
    constexpr std::int64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;
    constexpr std::array<std::int64_t, 21> steps{
        1000,        2000, 5000,     10'000,   15'000,   30'000,    minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute,
        30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day,    2 * day,    7 * day,    28 * day};
    auto const whole = until_ - from_;
    auto const found = std::ranges::find_if(steps, [&](auto s) { return whole / s <= 4; });
    auto const step = found == steps.end() ? whole / 4 : *found;
    auto const form = step < minute ? instant_form::seconds : whole > 20 * hour ? instant_form::days : instant_form::minutes;
    for (auto at = (from_ + step - 1) / step * step; at <= until_; at += step) plot_.tick(along(at), instant(at, form));
  }

  std::vector<lifecycle::point> const& points_;
  double bottom_, top_;
  std::int64_t from_ = 0, until_ = 1;
  plot plot_;
};

/// A round value at or above `v`: 1, 2 or 5 times a power of ten; 1 for what is not above zero.
inline double round_up(double v) {
  if (!(v > 0)) return 1;
  double const power = std::pow(10, std::floor(std::log10(v)));
  for (double const m : {1.0, 2.0, 5.0})
    if (v <= m * power * (1 + 1e-9)) return m * power;
  return 10 * power;
}

} // namespace zddm::cli
