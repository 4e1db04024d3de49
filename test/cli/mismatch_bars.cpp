// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/mismatch_bars.hpp>

#include <string>

#include <doctest/doctest.h>

using zddm::cli::comparison;
using zddm::cli::mismatch_bars;

namespace {
bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("mismatch bars: seen, gone at recheck, repaired, open, and of which kind") {
  comparison c{"2026-11-21T11:40:07Z", "zd repair", 1000, 118, 9, 14, 1, {2, 0, 1, 0, 0}, {}};
  auto const text = mismatch_bars(c);
  CAPTURE(text);
  CHECK(has(text, "144 of 1000 keys seemed wrong at the first look"));
  CHECK(has(text, "118 gone at recheck"));
  CHECK(has(text, "23 being written or not yet healed"));
  CHECK(has(text, "1 repaired"));
  CHECK(has(text, "2 open"));
  CHECK(has(text, "<i class=\"open\" style=\"flex-grow:2\""));
  CHECK(has(text, "Old has the key, New has not</td><td class=\"n\">2</td>"));
  CHECK(has(text, "zd repair, 2026-11-21 11:40:07 UTC"));
}

TEST_CASE("mismatch bars: stores that agree") {
  auto const text = mismatch_bars(comparison{"", "zd <verify>", 10, 0, 0, 0, 0, {}, {}});
  CHECK(has(text, "0 of 10 keys seemed wrong"));
  CHECK_FALSE(has(text, "class=\"bar"));
  CHECK(has(text, "zd &lt;verify&gt;"));
}
