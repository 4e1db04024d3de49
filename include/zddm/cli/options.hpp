// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <zddm/core/threshold.hpp>
#include <zddm/verify/sample.hpp>

namespace zddm::cli {

/// "1%": a share of the keys by their hash; "20": so many ranges of keys at random, at most 4096. Nothing for any other text.
inline std::optional<verify::sample> parse_sample(std::string_view text) {
  verify::sample s;
  if (text.ends_with('%')) {
    auto const share = threshold::parse(text);
    if (!share || share->is_closed()) return std::nullopt;
    s.share = *share;
    return s;
  }
  auto const* const end = text.data() + text.size();
  auto const [rest, problem] = std::from_chars(text.data(), end, s.ranges);
  if (problem != std::errc{} || rest != end || s.ranges == 0 || s.ranges > 4096) return std::nullopt;
  return s;
}

/// What the user asked for.
struct options {
  std::string command;
  std::optional<std::string> name;
  std::optional<std::string> rate;
  std::string key;                      ///< text of a key
  std::vector<std::string> assignments; ///< settings, each `name=value`
  std::string plan;                     ///< migrate only lists the chunks, in this file
  std::optional<std::uint64_t> chunk;   ///< migrate copies only this one
  std::string shell;                    ///< whose completion script is wanted
  std::string state;                    ///< URL of the state store
  std::string folder = "migrations";
  std::string html; ///< the file of a report
  bool json = false;
  bool plain = false;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
  bool dry_run = false;
  bool restart = false;         ///< migrate plans the copy anew, verify begins anew
  bool values = false;          ///< verify, repair and explain show what the stores hold
  std::vector<std::string> yes; ///< migrations that were confirmed by name
  bool yes_to_all = false;      ///< a bare --yes, which suffices for what can be taken back
  std::chrono::milliseconds wait{60'000};
  verify::sample sample;                   ///< verify: less than everything
  bool continuous = false;                 ///< verify: pass after pass
  std::chrono::milliseconds every{10'000}; ///< between passes
  std::string output;                      ///< verify, repair: a file for events
  std::vector<std::string> overrides;

  bool overridden(std::string_view gate) const { return std::ranges::find(overrides, gate) != overrides.end(); }
  bool confirmed(std::string_view migration) const { return std::ranges::find(yes, migration) != yes.end(); }
};

/// "90", "90s", "500ms", "5m", "2h"; a number alone is seconds. Nothing for any other text.
inline std::optional<std::chrono::milliseconds> parse_time(std::string_view text) {
  std::int64_t count = 0;
  auto const [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (problem != std::errc{} || count < 0 || count > 1'000'000'000) return std::nullopt;
  std::string_view const unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  if (unit == "ms") return std::chrono::milliseconds(count);
  if (unit.empty() || unit == "s") return std::chrono::seconds(count);
  if (unit == "m") return std::chrono::minutes(count);
  if (unit == "h") return std::chrono::hours(count);
  return std::nullopt;
}

} // namespace zddm::cli
