// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/mismatch_bars.hpp>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using zddm::cli::comparison;
using zddm::cli::mismatch_bars;

namespace {
bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string numbers(std::initializer_list<int> all) {
  std::string cells;
  for (int const n : all) cells += "<td class=\"n\">" + std::to_string(n) + "</td>";
  return cells;
}
} // namespace

TEST_CASE("mismatch bars: of each kind seen, gone at recheck, moving, repaired and open") {
  comparison c{"2026-11-21T11:40:07Z", "zd repair", {}};
  c.found.rows = 1000;
  c.found.settled = {100, 0, 18, 0, 0};
  c.found.in_flight = {9, 0, 0, 0, 0};
  c.found.unknown = {0, 14, 0, 0, 0};
  c.found.wrong = {2, 0, 1, 0, 0};
  c.found.repaired = {0, 0, 1, 0, 0};
  auto const text = mismatch_bars(c);
  CAPTURE(text);
  CHECK(has(text, "144 of 1000 keys seemed wrong at the first look"));
  CHECK(has(text, "title=\"Old has the key, New has not\">missing</th>" + numbers({111, 100, 9, 0, 2})));
  CHECK(has(text, ">extra</th>" + numbers({14, 0, 14, 0, 0})));
  CHECK(has(text, ">differs</th>" + numbers({19, 18, 0, 1, 0})));
  CHECK(has(text, ">unmappable</th>" + numbers({0, 0, 0, 0, 0})));
  CHECK(has(text, ">all</th>" + numbers({144, 118, 23, 1, 2})));
  CHECK(has(text,
            "<div class=\"bar\"><i class=\"gone\" style=\"flex-grow:100\"></i><i class=\"moving\" style=\"flex-grow:9\"></i>"
            "<i class=\"open\" style=\"flex-grow:2\"></i><b style=\"flex-grow:0\"></b></div>"));
  CHECK(has(text, "<i class=\"moving\" style=\"flex-grow:14\"></i><b style=\"flex-grow:97\"></b>"));
  CHECK(has(text, "zd repair, 2026-11-21 11:40:07 UTC"));
}

TEST_CASE("mismatch bars: stores that agree") {
  comparison c{"", "zd <verify>", {}};
  c.found.rows = 10;
  auto const text = mismatch_bars(c);
  CHECK(has(text, "0 of 10 keys seemed wrong"));
  CHECK_FALSE(has(text, "class=\"bar"));
  CHECK(has(text, "zd &lt;verify&gt;"));
}
