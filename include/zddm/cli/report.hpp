// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/chunks_seen.hpp>
#include <zddm/cli/comparison.hpp>
#include <zddm/cli/course_charts.hpp>
#include <zddm/cli/coverage_strip.hpp>
#include <zddm/cli/html.hpp>
#include <zddm/cli/in_words.hpp>
#include <zddm/cli/key_facts.hpp>
#include <zddm/cli/latency_chart.hpp>
#include <zddm/cli/lifecycle_bar.hpp>
#include <zddm/cli/mismatch_bars.hpp>
#include <zddm/cli/plot.hpp>
#include <zddm/cli/report_tables.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/status.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/cli/write_whole.hpp>
#include <zddm/core/version.hpp>
#include <zddm/lifecycle/record.hpp>

namespace zddm::cli {

namespace detail {

inline std::string soft(std::string_view text) { return fmt::format("<p class=\"soft\">{}</p>\n", text); }

/// The facts one looks for first.
inline std::string key_facts(standing const& st, subject const& m) {
  std::string facts;
  auto const fact = [&](std::string_view name, std::string const& value, std::string const& more) {
    facts += fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>\n", name, html::escape(value), html::escape(more));
  };
  auto const& r = st.record;
  fact("State", std::string(to_string(r.now.at)), r.since.empty() ? "nothing was done yet" : "since " + time_in_words(r.since));
  if (m.between_stores()) {
    fact("Backfill", st.progress(),
         st.copied.planned ? fmt::format("{} of {} chunks", st.copied.done, st.copied.chunks) : "not begun");
    auto const& agreed = st.calls.agreed;
    fact("Consistent", agreed.share() ? percent_of(*agreed.share()) : "-",
         agreed.share() ? fmt::format("of {} in the last hour", agreed.compared) : "nothing compared in the last hour");
    fact("Open mismatches", r.proof.verified ? fmt::format("{}", r.proof.mismatches) : "-",
         r.proof.verified ? time_in_words(r.proof.verified_at) : "not compared yet");
  }
  if (auto const ratio = st.calls.ratio()) fact("New p99 / Old p99", fmt::format("{:.2f}", *ratio), "reads, last minutes");
  fact("Processes", fmt::format("{}", st.processes.size()), fleet_in_words(st.processes, r.now.epoch));
  return "<dl class=\"key\">\n" + facts + "</dl>\n";
}

inline std::string where_it_stands(standing const& st, subject const& m) {
  auto const& now = st.record.now;
  bool const copying = st.copied.planned && now.at == lifecycle::row::migrating;
  auto text = lifecycle_bar(now.at, m.one_way().empty(), copying ? st.progress() : "");
  if (now.shut != lifecycle::quarantine::none)
    text += fmt::format("<p class=\"bad\"><b>New is in quarantine</b> ({}): reads go to Old. {} ends it.</p>\n",
                        to_string(now.shut), html::code(fmt::format("zd repair {}", m.name())));
  if (!m.one_way().empty())
    text += fmt::format("<p class=\"warn\">No way back after the switch: {}</p>\n", html::escape(m.one_way()));
  return html::section("Where it stands", text + key_facts(st, m));
}

inline std::string next_step(standing const& st, subject const& m) {
  if (st.command.empty()) return {};
  auto const ready = st.open() == 0;
  auto text = condition_list(st.conditions);
  if (ready) text += "<p>" + html::code(fmt::format("zd {} {}", st.command, m.name())) + "</p>\n";
  if (st.by)
    text += fmt::format("<p class=\"soft\">{} runs {} since {}.</p>\n", html::escape(st.by->owner.who()),
                        html::code(st.by->command), html::escape(time_in_words(st.by->since)));
  return html::section(ready ? fmt::format("Ready to {}", st.command)
                             : fmt::format("Before {}: {} of {} still open", st.command, st.open(), st.conditions.size()),
                       text);
}

inline std::string coverage(session const& s, standing const& st, subject const& m) {
  auto const chunks = chunks_seen(s, m.name());
  std::string text;
  if (chunks.empty())
    text = soft(html::code(fmt::format("zd migrate {}", m.name())) + " plans the backfill; nothing was copied yet.");
  else {
    auto const& c = st.copied;
    text =
        fmt::format("<figure>\n{}<figcaption>{} rows when it was planned; {} copied, {} in New already, {} refused</figcaption>\n"
                    "</figure>\n",
                    coverage_strip(chunks), c.rows, c.copied, c.skipped, c.refused);
    std::string keys;
    for (auto const& key : c.refused_keys) keys += "<li>" + html::code(key) + "</li>\n";
    if (!keys.empty()) text += "<p>Rows without a counterpart in New's shape:</p>\n<ul>\n" + keys + "</ul>\n";
  }
  return html::section("Coverage by key range", text + rate_chart(st.calls.course.points));
}

inline std::string consistency(standing const& st, subject const& m) {
  auto const asked = m.thresholds().consistency_ppm;
  auto chart = consistency_chart(st.calls.course.points, asked != 0 ? std::optional(1e-6 * asked) : std::nullopt);
  if (chart.empty())
    chart = soft("Nothing was compared yet. " + html::code(fmt::format("zd verify {}", m.name())) +
                 " compares all keys, consistency::sampled a share of the reads.");
  return html::section("Consistency over time", chart + unknown_chart(st.calls.course.points));
}

inline std::string latency(standing const& st) {
  auto const& c = st.calls.calls;
  auto text = percentile_chart(st.calls.course.points);
  if (c.old_reads.size() + c.new_reads.size() > 0) text = latency_chart("reads", c.old_reads, c.new_reads) + text;
  if (c.old_writes.size() + c.new_writes.size() > 0) text += latency_chart("writes", c.old_writes, c.new_writes);
  if (text.empty()) text = soft("No process tells how long its calls take; one does whose member is given an observer::meter.");
  return html::section("Latency of both stores", text);
}

/// What the stores hold of the keys now; of one that New's shape does not have, nothing.
inline void look_up_values(subject& m, lifecycle::settings const& now, std::vector<verify::mismatch>& listed) {
  m.open();
  for (auto& one : listed) {
    if (one.old_key) continue;
    auto const facts = m.explain(one.key, now);
    auto const shown = [](key_facts::side const& s) {
      return s.trouble.empty() ? s.value : std::optional("cannot be told: " + s.trouble);
    };
    one.old_value = shown(facts.old_store);
    one.new_value = shown(facts.new_store);
  }
}

inline std::string mismatches(session const& s, standing const& st, subject& m) {
  auto last = last_comparison(s, m.name());
  if (!last) return html::section("Mismatches", soft("The stores were not compared yet."));
  auto text = mismatch_bars(*last);
  auto& listed = last->found.listed;
  if (s.asked.values && !listed.empty()) {
    look_up_values(m, st.record.now, listed);
    text += soft("Values are what the stores hold now.");
  }
  if (!listed.empty()) text += mismatch_table(listed, s.asked.values);
  return html::section("Mismatches of the last comparison", text);
}

} // namespace detail

/// One page about a migration: all that the state store knows, in pictures.
inline std::string report_page(session const& s, subject& m) {
  detail::standing const st(s, m);
  auto const done = lifecycle::history(s.state, m.name());
  auto text = fmt::format("<h1>{}</h1>\n", html::escape(m.name()));
  if (!m.from().empty() || !m.to().empty())
    text += fmt::format("<p>{} <span class=\"soft\">to</span> {}</p>\n", html::code(m.from()), html::code(m.to()));
  text += detail::where_it_stands(st, m) + detail::next_step(st, m);
  if (m.between_stores()) text += detail::coverage(s, st, m) + detail::consistency(st, m);
  text += detail::latency(st);
  if (m.between_stores()) text += detail::mismatches(s, st, m);
  text += html::section("Processes", st.processes.empty() ? detail::soft("No process of the application is known.")
                                                          : process_table(st.processes, st.now, st.record.now.epoch));
  text += html::section("Who did what", done.empty() ? detail::soft("Nothing was done yet.") : history_table(done));
  text += fmt::format("<footer>zd " ZDDM_VERSION ", {}. Times are UTC.</footer>\n", time_in_words(lifecycle::wall_time()));
  std::string css;
  for (auto const part : {plot::style, lifecycle_bar_style, coverage_strip_style, course_charts_style, latency_chart_style,
                          mismatch_bars_style, report_tables_style})
    css += part;
  return html::page(fmt::format("{}: {}", m.name(), to_string(st.record.now.at)), css, text);
}

/// Writes that page to the file that was asked for.
inline void report(session& s, subject& m) {
  if (s.asked.html.empty())
    throw failure(410, exit_code::usage, "zd report needs a file to write",
                  {{"name it", fmt::format("zd report {} --html {}.html", m.name(), m.name())}});
  auto const text = report_page(s, m);
  write_whole(s.asked.html, text);
  s.out.event("report", {{"migration", m.name()}, {"file", s.asked.html}, {"bytes", text.size()}});
  s.out.line(s.asked.html);
}

} // namespace zddm::cli
