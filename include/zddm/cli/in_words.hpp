// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <string_view>

#include <fmt/core.h>

/// Numbers as people read them.
namespace zddm::cli {

/// "99.97 %" of a share of 0 to 1; the whole only where nothing is missing.
inline std::string percent_of(double share) {
  if (share >= 1) return "100 %";
  return fmt::format("{:.2f} %", std::min(99.99, std::floor(share * 10'000 + 1e-6) / 100));
}

/// "3.4 ms", in the unit that leaves one to three digits before the point.
inline std::string latency_in_words(std::chrono::nanoseconds took) {
  auto const n = static_cast<double>(took.count());
  auto const in = [](double x, std::string_view unit) { return fmt::format("{:.{}f} {}", x, x < 9.95 ? 1 : 0, unit); };
  if (n < 999.5) return fmt::format("{:.0f} ns", n);
  if (n < 999.5e3) return in(n / 1e3, "us");
  if (n < 999.5e6) return in(n / 1e6, "ms");
  return in(n / 1e9, "s");
}

/// "38 min", "2 h 5 min", "12 s".
inline std::string in_words(std::chrono::seconds time) {
  auto const s = time.count();
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min", s / 60);
  if (s / 60 % 60 == 0) return fmt::format("{} h", s / 3600);
  return fmt::format("{} h {} min", s / 3600, s / 60 % 60);
}

/// "2026-11-21 11:40:07 UTC" for what `lifecycle::wall_time` gave.
inline std::string time_in_words(std::string text) {
  if (auto const t = text.find('T'); t != std::string::npos && text.ends_with('Z')) {
    text[t] = ' ';
    text.replace(text.size() - 1, 1, " UTC");
  }
  return text;
}

} // namespace zddm::cli
