// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/report_tables.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
namespace cli = zddm::cli;
namespace lifecycle = zddm::lifecycle;

namespace {
bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("report tables: conditions, met and open, and what mends them") {
  std::vector<cli::condition> const all{{"backfill", false, "backfill <100 %>", "61.7 %", "zd migrate names"},
                                        {"processes", true, "all processes at epoch 7", "12 of 12", "unused"}};
  auto const text = cli::condition_list(all);
  CHECK(has(text, "backfill &lt;100 %&gt; <span class=\"soft\">is open</span>"));
  CHECK(has(text, "<span class=\"found bad\">61.7 %</span><span class=\"do\"><code><bdi>zd migrate names</bdi></code></span>"));
  CHECK(has(text, "<span class=\"found good\">12 of 12</span></li>"));
  CHECK_FALSE(has(text, "unused"));
}

TEST_CASE("report tables: processes, with those behind and those whose lease is over") {
  std::vector<lifecycle::lease> const all{{1, 7, 0, 9'000, {"host-a", 41, ""}, "0.1.0", "<web>", ""},
                                          {2, 6, 0, 500, {"host-b", 42, ""}, "0.1.0", "", ""}};
  auto const text = cli::process_table(all, 1000ms, 7);
  CHECK(has(text, "host-a:41 (&lt;web&gt;)</th><td class=\"n\">7</td><td class=\"n\">8 s</td>"));
  CHECK(has(text, "host-b:42</th><td class=\"n bad\">6</td><td class=\"n bad\">over</td>"));
}

TEST_CASE("report tables: the audit trail, the latest first, bounded") {
  std::vector<lifecycle::audit> all;
  for (int i = 0; i < 5; ++i)
    all.push_back({"2026-11-21T11:40:0" + std::to_string(i) + "Z", "ada", "zd gate names", "prepared", "prepared",
                   static_cast<std::uint64_t>(i), i == 4 ? "<b>note</b>" : ""});
  all[3].to = "migrating";
  auto const text = cli::history_table(all, 2);
  CHECK(has(text, "2026-11-21 11:40:04 UTC"));
  CHECK(has(text, "prepared \xe2\x86\x92 migrating"));
  CHECK_FALSE(has(text, "11:40:02"));
  CHECK(text.find("11:40:04") < text.find("11:40:03"));
  CHECK(has(text, "&lt;b&gt;note&lt;/b&gt;"));
  CHECK(has(text, "zd history has 3 earlier ones"));
  CHECK_FALSE(has(cli::history_table(all), "earlier ones"));
}

TEST_CASE("report tables: values are there only if they were asked for") {
  zddm::verify::mismatch one{};
  one.key = "\"<k>\"";
  one.kind = "differs";
  one.columns = {"first", "last"};
  one.old_value = "{secret}";
  auto const without = cli::mismatch_table({&one, 1}, false);
  CHECK(has(without, "<code><bdi>&quot;&lt;k&gt;&quot;</bdi></code></td><td>differs</td><td>first, last</td></tr>"));
  CHECK_FALSE(has(without, "secret"));
  auto const with = cli::mismatch_table({&one, 1}, true);
  CHECK(has(with, "<td><code><bdi>{secret}</bdi></code></td><td><span class=\"soft\">none</span></td></tr>"));
}
