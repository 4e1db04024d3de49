// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/comparison.hpp>
#include <zddm/cli/hold.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/verify/report.hpp>

namespace zddm::cli {

/// Throws `failure` unless both stores can be compared now: there are two, every key was copied, and Old is still written.
inline void require_comparable(session const& s, subject const& m) {
  using lifecycle::row;
  auto const r = s.record(m.name());
  if (!m.between_stores())
    throw failure(310, exit_code::refused, fmt::format("{} works within one store: there is nothing to compare", m.name()));
  if (!r.proof.covered || r.now.at < row::migrating || r.now.at > row::switched)
    throw failure(301, exit_code::refused, fmt::format("cannot {} {}", s.asked.command, m.name()),
                  {{fmt::format("it is {}; the stores can be compared once the backfill is complete, and until completing",
                                to_string(r.now.at)),
                    r.now.at < row::migrated ? fmt::format("zd migrate {}", m.name()) : std::string()}});
}

/// Compares both stores, tells what was found, and notes it as evidence unless it is a dry run. `healed`: how many of the
/// mismatches were repaired meanwhile.
inline void tell_comparison(session& s, subject const& m, verify::report const& found, std::uint64_t healed, bool record) {
  s.stop.check();
  auto const open = found.open.total() - std::min(healed, found.open.total());
  if (record) {
    note_comparison(s, m.name(), found, healed);
    s.note_evidence(m.name(), fmt::format("compared {} keys, {} open", found.rows, open), [&](lifecycle::evidence& proof) {
      proof.verified = true;
      proof.compared = found.rows;
      proof.mismatches = open;
      proof.unmappable = found.open.unmappable;
      proof.verified_at = lifecycle::wall_time();
    });
  }
  for (auto const& one : found.listed) {
    s.out.event("mismatch", {{"migration", m.name()},
                             {"key", one.key},
                             {"kind", one.kind},
                             {"columns", one.columns},
                             {"age_ms", one.age_ms},
                             {"old", one.old_value ? json(*one.old_value) : json()},
                             {"new", one.new_value ? json(*one.new_value) : json()}});
    std::string text = fmt::format("{:<10} {}", one.kind, one.key);
    for (auto const& column : one.columns) text += ' ' + column;
    if (one.old_value) text += "  old " + *one.old_value;
    if (one.new_value) text += "  new " + *one.new_value;
    s.out.line(text);
  }
  s.out.event("comparison", {{"migration", m.name()},
                             {"keys", found.rows},
                             {"missing", found.open.missing},
                             {"extra", found.open.extra},
                             {"differs", found.open.differs},
                             {"unmappable", found.open.unmappable},
                             {"damaged", found.open.damaged},
                             {"healed", healed},
                             {"open", open},
                             {"unknown", found.unknown},
                             {"in_flight", found.in_flight},
                             {"settled", found.settled}});
  s.out.line(fmt::format("{}: {} keys compared; {} missing, {} extra, {} differ, {} unmappable, {} damaged; {} healed, {} open",
                         m.name(), found.rows, found.open.missing, found.open.extra, found.open.differs, found.open.unmappable,
                         found.open.damaged, healed, open));
}

/// Throws `failure` (exit 5) where mismatches are open.
inline void require_agreement(session const& s, subject const& m, std::uint64_t open, std::string_view note) {
  if (open == 0) return;
  throw failure(306, exit_code::mismatches, fmt::format("the stores of {} do not agree", m.name()),
                {{fmt::format("{} open mismatch{}", open, open == 1 ? "" : "es"),
                  fmt::format("zd repair {}{}", m.name(), s.asked.dry_run ? "" : " --dry-run")}},
                std::string(note));
}

inline verify::options how_to_compare(session const& s) {
  verify::options how;
  how.values = s.asked.values;
  how.stop = s.stop.token();
  return how;
}

/// Compares both stores while they are in use, and lists what stays different.
inline void verify(session& s, subject& m) {
  require_comparable(s, m);
  hold h(s, m.name());
  m.open();
  auto const found = m.compare(how_to_compare(s));
  tell_comparison(s, m, found, 0, !s.asked.dry_run);
  require_agreement(s, m, found.open.total(), "neither store was changed; reads and writes go on as before.");
}

} // namespace zddm::cli
