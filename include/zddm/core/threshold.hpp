// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zddm {

/// A share of all keys as a 64-bit fixed-point number: a key takes part when its hash is below it. Nested by construction:
/// what a threshold admits, every higher one admits.
struct threshold {
  std::uint64_t value = 0;

  static constexpr threshold closed() { return {0}; }
  static constexpr threshold open() { return {~std::uint64_t{0}}; }

  /// Parts per million, 0 to 1,000,000: floor(ppm * 2^64 / 10^6), and all ones for the whole.
  static constexpr threshold ppm(std::uint32_t parts) {
    if (parts >= 1'000'000) return open();
    // 2^64 = q * 10^6 + r, so that no product leaves 64 bits.
    constexpr std::uint64_t q = 18'446'744'073'709, r = 551'616;
    return {parts * q + parts * r / 1'000'000};
  }
  static constexpr threshold percent(std::uint32_t whole) { return ppm(whole >= 100 ? 1'000'000 : whole * 10'000); }

  /// "12.5" or "12.5%", up to four decimals, 0 to 100; nothing for any other text.
  static constexpr std::optional<threshold> parse(std::string_view text) {
    if (!text.empty() && text.back() == '%') text.remove_suffix(1);
    std::uint32_t parts = 0;
    int decimals = -1;
    bool digits = false;
    for (char const c : text) {
      if (c == '.' && decimals < 0) {
        decimals = 0;
        continue;
      }
      if (c < '0' || c > '9' || decimals == 4 || parts > 1'000'000) return std::nullopt;
      parts = parts * 10 + static_cast<std::uint32_t>(c - '0');
      digits = true;
      if (decimals >= 0) ++decimals;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 4; ++i) {
      if (parts > 1'000'000) return std::nullopt;
      parts *= 10;
    }
    if (!digits || parts > 1'000'000) return std::nullopt;
    return ppm(parts);
  }

  /// The nearest parts per million.
  constexpr std::uint32_t in_ppm() const {
    std::uint64_t const high = value >> 32, low = value & 0xffffffffu;
    std::uint64_t const scaled = high * 1'000'000 + (low * 1'000'000 >> 32);
    return static_cast<std::uint32_t>((scaled + (std::uint64_t{1} << 31)) >> 32);
  }

  constexpr bool is_closed() const { return value == 0; }
  constexpr bool is_open() const { return value == ~std::uint64_t{0}; }
  constexpr bool admits(std::uint64_t hash) const { return is_open() || hash < value; }

  friend constexpr auto operator<=>(threshold const&, threshold const&) = default;
};

/// In percent, such as "12.5%".
inline std::string to_string(threshold t) {
  auto const parts = t.in_ppm();
  std::string text = std::to_string(parts / 10'000);
  if (auto fraction = parts % 10'000; fraction != 0) {
    std::string digits = std::to_string(10'000 + fraction).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += '.' + digits;
  }
  return text + '%';
}

} // namespace zddm
