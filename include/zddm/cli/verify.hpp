// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/comparing.hpp>
#include <zddm/cli/event_file.hpp>
#include <zddm/cli/hold.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/cli/tell_comparison.hpp>
#include <zddm/cli/verify_continuously.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::cli {

/// Throws `failure` (exit 5) where mismatches are open. Rows that no repair can heal are told apart, with what says why.
inline void require_agreement(session const& s, subject const& m, verify::report const& found, std::string_view note) {
  auto const open = found.open();
  if (open.total() == 0) return;
  std::vector<finding> findings;
  if (auto const n = open.total() - open.unmappable; n > 0)
    findings.push_back({fmt::format("{} open mismatch{}", n, n == 1 ? "" : "es"),
                        fmt::format("zd repair {}{}", m.name(), s.asked.dry_run ? "" : " --dry-run")});
  if (auto const n = open.unmappable; n > 0) {
    auto const first = std::ranges::find_if(
        found.listed, [](auto const& one) { return one.kind == to_string(verify::kind::unmappable) && !one.old_key; });
    findings.push_back({fmt::format("{} row{} of Old without a counterpart in New's shape", n, n == 1 ? "" : "s"),
                        first == found.listed.end() ? "" : fmt::format("zd explain {} {}", m.name(), first->key)});
    findings.push_back({"write such a row anew through the application, or widen the mapping", ""});
  }
  throw failure(306, exit_code::mismatches, fmt::format("the stores of {} do not agree", m.name()), std::move(findings),
                std::string(note));
}

/// Compares both stores while they are in use, and lists what stays different.
inline void verify(session& s, subject& m) {
  require_comparable(s, m);
  event_file file(s.asked.output);
  auto const& sample = s.asked.sample;
  std::optional<hold> h;
  if (!s.asked.continuous) h.emplace(s, m.name());
  if (s.asked.restart && !s.asked.dry_run) comparing(s, m, sample).forget();
  m.open();
  if (s.asked.continuous) verify_continuously(s, m, file);
  comparing compared(s, m, sample);
  auto const found = compared.run();
  tell_comparison(s, m, found, s.asked.dry_run ? evidence_of::nothing : evidence_from(sample), compared.known(), file);
  require_agreement(s, m, found, "neither store was changed; reads and writes go on as before.");
}

} // namespace zddm::cli
