// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/cli/comparison.hpp>
#include <zddm/cli/event_file.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/lifecycle/record.hpp>
#include <zddm/verify/report.hpp>
#include <zddm/verify/sample.hpp>

namespace zddm::cli {

/// What a comparison is good for as evidence.
enum class evidence_of : std::uint8_t {
  nothing,
  faults_alone, ///< a sample: what it finds is open, what it does not find may be
  everything
};

inline evidence_of evidence_from(verify::sample const& s) {
  return s.partial() ? evidence_of::faults_alone : evidence_of::everything;
}

/// Shows an event to programs, here and in the file.
inline void tell_event(session& s, event_file& file, std::string_view name, json const& fields) {
  s.out.event(name, fields);
  file.event(name, fields);
}

inline void tell_mismatch(session& s, subject const& m, event_file& file, verify::mismatch const& one) {
  auto const maybe = [](std::optional<std::string> const& text) { return text ? json(*text) : json(); };
  tell_event(s, file, "mismatch",
             {{"migration", m.name()},
              {"key", one.key},
              {"kind", one.kind},
              {"columns", one.columns},
              {"age_ms", one.age_ms},
              {"old_digest", maybe(one.old_digest)},
              {"new_digest", maybe(one.new_digest)},
              {"old", maybe(one.old_value)},
              {"new", maybe(one.new_value)}});
  std::string text = fmt::format("{:<10} {}", one.kind, one.key);
  for (auto const& column : one.columns) text += ' ' + column;
  if (one.old_value || one.old_digest) text += "  old " + one.old_value.value_or(one.old_digest.value_or(""));
  if (one.new_value || one.new_digest) text += "  new " + one.new_value.value_or(one.new_digest.value_or(""));
  s.out.line(text);
}

/// Notes what was found as evidence: only where it says something new, so that the history stays short. `known`: the open
/// mismatches that were known when the comparison began; where another one has found more since, those stay.
inline void note_found(session const& s, subject const& m, verify::report const& found, evidence_of what, std::uint64_t known) {
  auto const left = found.open();
  auto const open = left.total();
  auto const before = s.record(m.name()).proof;
  if (what == evidence_of::everything) note_comparison(s, m.name(), found);
  if (what == evidence_of::faults_alone) note_compared(s, m.name(), found.rows, open);
  if (what == evidence_of::nothing || (what == evidence_of::faults_alone && open <= before.mismatches)) return;
  bool const whole = what == evidence_of::everything;
  if (whole && s.asked.continuous && before.verified && before.mismatches == open && before.unmappable == left.unmappable) return;
  s.note_evidence(m.name(), fmt::format("compared {} keys{}, {} open", found.rows, whole ? "" : ", a sample", open),
                  [&](lifecycle::evidence& proof) {
                    proof.mismatches = proof.mismatches > known ? std::max(proof.mismatches, open) : open;
                    if (!whole) return;
                    proof.verified = true;
                    proof.compared = found.rows;
                    proof.unmappable = left.unmappable;
                    proof.verified_at = lifecycle::wall_time();
                  });
}

inline void tell_counts(session& s, subject const& m, event_file& file, verify::report const& found) {
  auto const& n = found.wrong;
  auto kinds = json::object();
  for (auto const k : verify::every_kind)
    kinds[std::string(to_string(k))] = {{"seen", found.seen().of(k)},         {"settled", found.settled.of(k)},
                                        {"in_flight", found.in_flight.of(k)}, {"unknown", found.unknown.of(k)},
                                        {"healed", found.repaired.of(k)},     {"open", found.open().of(k)}};
  tell_event(s, file, "comparison",
             {{"migration", m.name()},
              {"keys", found.rows},
              {"complete", found.complete},
              {"dry_run", s.asked.dry_run},
              {"missing", n.missing},
              {"extra", n.extra},
              {"differs", n.differs},
              {"unmappable", n.unmappable},
              {"damaged", n.damaged},
              {"healed", found.repaired.total()},
              {"open", found.open().total()},
              {"unknown", found.unknown.total()},
              {"in_flight", found.in_flight.total()},
              {"settled", found.settled.total()},
              {"kinds", kinds}});
  bool const would = s.asked.dry_run && found.repaired.total() != 0;
  auto text = fmt::format("{}: {} keys compared; {} missing, {} extra, {} differ, {} unmappable, {} damaged; {} {}, {} {}",
                          m.name(), found.rows, n.missing, n.extra, n.differs, n.unmappable, n.damaged, found.repaired.total(),
                          would ? "would be healed" : "healed", found.open().total(), would ? "would stay open" : "open");
  if (found.in_flight.total() + found.unknown.total() != 0)
    text += fmt::format("; {} being written, {} unknown in New", found.in_flight.total(), found.unknown.total());
  s.out.line(text);
}

/// Tells what a comparison found and notes it as evidence, see `note_found`.
inline void tell_comparison(session& s, subject const& m, verify::report const& found, evidence_of what, std::uint64_t known,
                            event_file& file) {
  s.stop.check();
  note_found(s, m, found, what, known);
  for (auto const& one : found.listed) tell_mismatch(s, m, file, one);
  tell_counts(s, m, file, found);
}

} // namespace zddm::cli
