// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/hana/define_struct.hpp>

namespace zddm {

/// How long calls took: about `calls[i]` of them `nanoseconds[i]`, which ascend. Both lists are of one length.
struct distribution {
  BOOST_HANA_DEFINE_STRUCT(distribution, (std::vector<std::uint64_t>, nanoseconds), (std::vector<std::uint64_t>, calls));

  /// Behind what is there; a count of zero is left out.
  void append(std::uint64_t took, std::uint64_t count) {
    if (count == 0) return;
    nanoseconds.push_back(took);
    calls.push_back(count);
  }

  std::uint64_t size() const {
    std::uint64_t n = 0;
    for (auto const c : calls) n += c;
    return n;
  }

  /// The duration which the share `q` (0 to 1) of all do not exceed; zero while there is none.
  std::chrono::nanoseconds quantile(double q) const {
    auto const wanted = static_cast<double>(size()) * q;
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < calls.size(); ++i)
      if (n += calls[i]; n > 0 && static_cast<double>(n) >= wanted)
        return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds[i]));
    return {};
  }

  /// The calls of both.
  friend distribution operator+(distribution const& a, distribution const& b) {
    return joined(a, b, [](auto x, auto y) { return x + y; });
  }
  /// The calls of `a` that were not yet in the earlier `b`.
  friend distribution operator-(distribution const& a, distribution const& b) {
    return joined(a, b, [](auto x, auto y) { return x > y ? x - y : 0; });
  }

  friend bool operator==(distribution const&, distribution const&) = default;

private:
  template <class Join> static distribution joined(distribution const& a, distribution const& b, Join join) {
    distribution both;
    for (std::size_t i = 0, j = 0; i < a.calls.size() || j < b.calls.size();) {
      bool const in_a = i < a.calls.size() && (j == b.calls.size() || a.nanoseconds[i] <= b.nanoseconds[j]);
      bool const in_b = j < b.calls.size() && (i == a.calls.size() || b.nanoseconds[j] <= a.nanoseconds[i]);
      auto const took = in_a ? a.nanoseconds[i] : b.nanoseconds[j];
      both.append(took, join(in_a ? a.calls[i++] : std::uint64_t{0}, in_b ? b.calls[j++] : std::uint64_t{0}));
    }
    return both;
  }
};

} // namespace zddm
