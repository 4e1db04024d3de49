// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/html.hpp>

namespace zddm::cli {

/// One chunk of a backfill, as a strip by key range shows it. The worse of two states is the greater.
struct chunk_seen {
  enum class look : std::uint8_t { done, waiting, begun, refused, failed };

  look is = look::waiting;
  std::string upto; ///< its last key; empty: no end
  std::uint64_t rows = 0;
  std::uint64_t refused = 0;
  std::string why; ///< it failed
};

inline constexpr std::string_view coverage_strip_style = R"(
.strip{margin:1rem 0 .25rem}.strip svg{display:block;width:100%;height:4.25rem;shape-rendering:crispEdges}
.strip .done,.legend .done{fill:var(--new);background:var(--new)}.strip .waiting,.legend .waiting{fill:var(--wait);background:var(--wait)}
.strip .begun,.legend .begun{fill:var(--old);background:var(--old)}.strip .refused,.legend .refused{fill:var(--warn);background:var(--warn)}
.strip .failed,.legend .failed{fill:var(--bad);background:var(--bad)}
.ends{display:flex;justify-content:space-between;gap:1rem;font-size:.87rem;color:var(--soft)}.ends span{overflow-wrap:anywhere}
)";

inline constexpr std::array<std::string_view, 5> chunk_looks{"done", "waiting", "begun", "refused", "failed"};

namespace detail {

constexpr std::string_view to_string(chunk_seen::look l) { return chunk_looks[static_cast<std::size_t>(l)]; }

inline std::string chunk_in_words(std::vector<chunk_seen> const& all, std::size_t i) {
  auto const& one = all[i];
  auto text = fmt::format("chunk {}, keys {} {}{}: {}, {} rows", i, i == 0 ? "from the first" : "after " + all[i - 1].upto,
                          one.upto.empty() ? "on" : "up to ", one.upto, to_string(one.is), one.rows);
  if (one.refused > 0) text += fmt::format(", {} refused", one.refused);
  if (!one.why.empty()) text += ": " + one.why;
  return text;
}

} // namespace detail

/// The chunks in the order of their keys. Where there are more than fit, a place shows the worst of those that share it; one
/// that failed or refused rows stands out, and is named below.
inline std::string coverage_strip(std::vector<chunk_seen> const& all) {
  using look = chunk_seen::look;
  constexpr std::size_t most = 256, most_named = 20;
  auto const places = std::min(all.size(), most);
  std::array<std::size_t, 5> count{};
  for (auto const& one : all) ++count[static_cast<std::size_t>(one.is)];

  std::string shapes;
  auto const each = 1000.0 / static_cast<double>(std::max<std::size_t>(places, 1));
  auto const gap = places > 100 ? 0 : std::min(each / 6, 3.0);
  for (std::size_t p = 0; p < places; ++p) {
    auto const first = p * all.size() / places, end = (p + 1) * all.size() / places;
    auto worst = first;
    for (auto i = first; i < end; ++i)
      if (all[i].is > all[worst].is) worst = i;
    bool const stands_out = all[worst].is >= look::refused;
    shapes += fmt::format("<rect class=\"{}\" x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\"><title>{}</title></rect>",
                          detail::to_string(all[worst].is), static_cast<double>(p) * each, stands_out ? 0 : 16, each - gap,
                          stands_out ? 68 : 36, html::escape(detail::chunk_in_words(all, worst)));
  }
  std::string legend, named;
  for (auto const l : {look::done, look::begun, look::waiting, look::refused, look::failed})
    if (auto const n = count[static_cast<std::size_t>(l)]; n > 0)
      legend += fmt::format("<li><i class=\"{0}\"></i>{1} {2}</li>", detail::to_string(l), n,
                            l == look::refused ? "with refused rows" : detail::to_string(l));
  std::size_t out = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].is >= look::refused && ++out <= most_named)
      named += fmt::format("<li class=\"{}\">{}</li>\n", all[i].is == look::failed ? "bad" : "warn",
                           html::code(detail::chunk_in_words(all, i)));
  if (out > most_named) named += fmt::format("<li>and {} more</li>\n", out - most_named);
  if (!named.empty()) named = "<ul>\n" + named + "</ul>\n";
  return fmt::format(
      "<div class=\"strip\"><svg viewBox=\"0 0 1000 68\" preserveAspectRatio=\"none\" role=\"img\"><title>{} chunks by "
      "key range: {} done, {} failed, {} with refused rows</title>{}</svg></div>\n"
      "<div class=\"ends\"><span>first key</span><span>{}</span></div>\n<ul class=\"legend\">{}</ul>\n{}",
      all.size(), count[0], count[4], count[3], shapes,
      all.empty() || all.back().upto.empty() ? std::string("last key") : html::code(all.back().upto), legend, named);
}

} // namespace zddm::cli
