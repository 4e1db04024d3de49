// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/cli/key_facts.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/status.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/core/hash.hpp>
#include <zddm/lifecycle/settings.hpp>

namespace zddm::cli {

namespace detail {

/// Tells values apart without showing them.
inline std::string digest(std::string const& value) { return fmt::format("{:016x}", hash_bytes(value)); }

inline std::string_view in_words(knowledge k) {
  switch (k) {
  case knowledge::present: return "present";
  case knowledge::absent: return "absent";
  case knowledge::unknown: break;
  }
  return "unknown";
}

inline std::string in_words(lifecycle::plan const& p) {
  return fmt::format("read: {}; write: {}{}{}", in_words(p.read), p.waits ? "waits for the quarantine, then " : "",
                     in_words(p.write), p.new_required && p.write == lifecycle::writes::dual ? "; New is required" : "");
}

inline std::string in_words(key_facts::side const& s, std::string_view held, bool values) {
  if (!s.trouble.empty()) return (s.unmappable ? "has no counterpart in New's shape: " : "cannot be told: ") + s.trouble;
  auto text = std::string(held);
  if (s.value) text += "  digest " + digest(*s.value);
  if (s.written) text += fmt::format("  version {} of process {:016x}", s.written->counter, s.written->process);
  if (s.value && values) text += "  " + *s.value;
  return text;
}

/// Of "ZD-115: a stored text is no value of its type: an integer is expected at byte 0 of 1. Nothing …" the reason alone.
inline std::string what_is_wrong(std::string_view text) {
  auto const end = text.find(". Nothing ");
  text = text.substr(0, end);
  auto const from = text.rfind(": ");
  return std::string(from == std::string_view::npos ? text : text.substr(from + 2));
}

inline json as_json(key_facts::side const& s, std::string_view held, bool values) {
  if (!s.trouble.empty()) return {{"error", s.trouble}};
  json all{{"holds", held}, {"digest", s.value ? json(digest(*s.value)) : json()}};
  if (s.written) all["version"] = s.written->counter;
  if (values) all["value"] = s.value ? json(*s.value) : json();
  return all;
}

} // namespace detail

/// How one key is routed at this moment, and what each store holds of it. Values are shown with `--values` only.
inline void explain(session& s, subject& m) {
  if (!m.between_stores())
    throw failure(310, exit_code::refused, fmt::format("{} works within one store: it routes no keys", m.name()));
  auto const now = s.record(m.name()).now;
  m.open();
  key_facts facts;
  try {
    facts = m.explain(s.asked.key, now);
  } catch (error const& e) {
    if (e.code() != 115) throw;
    throw failure(
        418, exit_code::usage, fmt::format("'{}' is no key of {}", s.asked.key, m.name()),
        {{detail::what_is_wrong(e.what()), ""}, {"a key is written as verify shows it", fmt::format("zd verify {}", m.name())}});
  }
  auto const plan = [&](bool admitted) {
    return lifecycle::plan_for(now, [&] { return facts.bucket; }, [&] { return admitted; });
  };
  bool const same = plan(true) == plan(false);
  threshold const bucket{facts.bucket};
  auto const held = facts.old_store.value ? "present" : "absent";
  bool const told = facts.old_store.trouble.empty() && facts.new_store.trouble.empty();
  std::string_view const both = !told                               ? "not compared"
                                : facts.known == knowledge::unknown ? "New does not know the key: Old is asked"
                                : facts.old_store.value == facts.new_store.value
                                    ? "agree"
                                    : "differ, unless a write came between both looks";
  bool const values = s.asked.values;
  auto new_store = detail::as_json(facts.new_store, detail::in_words(facts.known), values);
  new_store["generation"] = facts.generation;
  new_store["pending"] = facts.pending;
  s.out.event("explain", {{"migration", m.name()},
                          {"key", s.asked.key},
                          {"row", to_string(now.at)},
                          {"epoch", now.epoch},
                          {"bucket_ppm", bucket.in_ppm()},
                          {"rate_ppm", now.rate.in_ppm()},
                          {"admitted", facts.admitted ? json(*facts.admitted) : json()},
                          {"route", detail::in_words(plan(facts.admitted.value_or(true)))},
                          {"old", detail::as_json(facts.old_store, held, values)},
                          {"new", new_store},
                          {"agree", told && facts.known != knowledge::unknown ? json(both == "agree") : json()}});
  s.out.line(fmt::format("{} key {}   {} (epoch {})", s.out.bold(m.name()), s.asked.key, to_string(now.at), now.epoch));
  s.out.line(fmt::format("  gate    bucket {}; dial at {}, highest so far {}: {}", to_string(bucket), to_string(now.rate),
                         to_string(now.high_water),
                         !facts.admitted   ? "only the processes know whether the gate admits it"
                         : *facts.admitted ? "admitted"
                                           : "not admitted"));
  if (facts.admitted || same)
    s.out.line("  route   " + detail::in_words(plan(facts.admitted.value_or(true))));
  else {
    s.out.line("  route   if admitted: " + detail::in_words(plan(true)));
    s.out.line("          if not:      " + detail::in_words(plan(false)));
  }
  s.out.line("  Old     " + detail::in_words(facts.old_store, held, values));
  s.out.line("  New     " + detail::in_words(facts.new_store, detail::in_words(facts.known), values) +
             (facts.generation == 0 ? "" : fmt::format("  generation {}", facts.generation)) +
             (facts.pending ? "  a write is in flight" : ""));
  s.out.line(fmt::format("  both    {}", both));
}

} // namespace zddm::cli
