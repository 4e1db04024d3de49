// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include <fmt/core.h>

#include <zddm/cli/comparing.hpp>
#include <zddm/cli/event_file.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/cli/tell_comparison.hpp>
#include <zddm/verify/position.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::cli {

/// Pass after pass, each with the mismatches that the one before has left open. Takes no hold, so that others can move the
/// migration on; ends with `failure` once it has left the rows in which its stores can be compared.
[[noreturn]] inline void verify_continuously(session& s, subject& m, event_file& file) {
  auto const what = s.asked.dry_run ? evidence_of::nothing : evidence_from(s.asked.sample);
  std::map<std::string, verify::mismatch> open; ///< by key
  for (std::uint64_t pass = 1;; ++pass) {
    comparing compared(s, m, s.asked.sample);
    compared.how.most_listed = 1000;
    verify::position before{};
    for (auto const& [key, one] : open) before.found.listed.push_back(one);
    auto const found = compared.run(before);
    note_found(s, m, found, what, compared.known());
    auto const still = found.open().total();
    std::map<std::string, verify::mismatch> now;
    for (auto const& one : found.listed) {
      now.emplace(one.key, one);
      if (!open.contains(one.key)) tell_mismatch(s, m, file, one);
    }
    for (auto const& [key, one] : open)
      if (still == found.listed.size() && !now.contains(key)) {
        tell_event(s, file, "agreed", {{"migration", m.name()}, {"key", key}, {"kind", one.kind}, {"age_ms", one.age_ms}});
        s.out.line(fmt::format("{:<10} {}", "agrees", key));
      }
    open = std::move(now);
    std::uint64_t oldest = 0;
    for (auto const& [key, one] : open) oldest = std::max(oldest, one.age_ms);
    tell_event(s, file, "pass",
               {{"migration", m.name()},
                {"pass", pass},
                {"keys", found.rows},
                {"open", still},
                {"oldest_ms", oldest},
                {"unknown", found.unknown.total()},
                {"in_flight", found.in_flight.total()},
                {"settled", found.settled.total()}});
    s.out.say(fmt::format("migration={} pass={} keys={} open={} oldest_ms={} unknown={} in_flight={}", m.name(), pass, found.rows,
                          still, oldest, found.unknown.total(), found.in_flight.total()));
    s.stop.sleep(s.asked.every);
  }
}

} // namespace zddm::cli
