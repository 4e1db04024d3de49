// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/cli/comparing.hpp>
#include <zddm/cli/event_file.hpp>
#include <zddm/cli/hold.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/cli/tell_comparison.hpp>
#include <zddm/cli/verify_continuously.hpp>

namespace zddm::cli {

/// Throws `failure` (exit 5) where mismatches are open.
inline void require_agreement(session const& s, subject const& m, std::uint64_t open, std::string_view note) {
  if (open == 0) return;
  throw failure(306, exit_code::mismatches, fmt::format("the stores of {} do not agree", m.name()),
                {{fmt::format("{} open mismatch{}", open, open == 1 ? "" : "es"),
                  fmt::format("zd repair {}{}", m.name(), s.asked.dry_run ? "" : " --dry-run")}},
                std::string(note));
}

/// Compares both stores while they are in use, and lists what stays different.
inline void verify(session& s, subject& m) {
  require_comparable(s, m);
  event_file file(s.asked.output);
  auto const& sample = s.asked.sample;
  if (s.asked.restart && !s.asked.dry_run) comparing(s, m, sample).forget();
  if (s.asked.continuous) {
    m.open();
    verify_continuously(s, m, file);
  }
  hold h(s, m.name());
  m.open();
  auto const found = comparing(s, m, sample).run();
  tell_comparison(s, m, found, s.asked.dry_run ? evidence_of::nothing : evidence_from(sample), file);
  require_agreement(s, m, found.open().total(), "neither store was changed; reads and writes go on as before.");
}

} // namespace zddm::cli
