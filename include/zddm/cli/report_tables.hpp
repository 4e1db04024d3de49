// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/condition.hpp>
#include <zddm/cli/html.hpp>
#include <zddm/cli/in_words.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/record.hpp>
#include <zddm/verify/report.hpp>

/// What of a migration is told in words and numbers.
namespace zddm::cli {

inline constexpr std::string_view report_tables_style = R"(
ul.next{list-style:none;margin:0;padding:0}
ul.next li{display:grid;grid-template-columns:1.3rem minmax(0,1fr) auto;gap:0 .5rem;padding:.35rem 0;border-top:1px solid var(--rule)}
ul.next li:first-child{border-top:0}ul.next .found{text-align:right}ul.next .do{grid-column:2/4}
)";

namespace detail {

/// `columns`: their headings, those of numbers beginning with `#`. The rows are of this program.
inline std::string table(std::vector<std::string_view> const& columns, std::string_view rows) {
  std::string head;
  for (auto const c : columns)
    head += c.starts_with('#') ? fmt::format("<th scope=\"col\" class=\"n\">{}</th>", c.substr(1))
                               : fmt::format("<th scope=\"col\">{}</th>", c);
  return fmt::format("<div class=\"scroll\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n", head,
                     rows);
}

} // namespace detail

/// What a step waits for, and what it does not wait for any more.
inline std::string condition_list(std::span<condition const> all) {
  std::string items;
  for (auto const& one : all) {
    auto const [look, sign, words] =
        one.met ? std::tuple("good", "&#10003;", "is met") : std::tuple("bad", "&#10007;", "is open");
    items += fmt::format("<li><b class=\"{0}\" aria-hidden=\"true\">{1}</b><span>{2} <span class=\"soft\">{3}</span></span>"
                         "<span class=\"found {0}\">{4}</span>{5}</li>\n",
                         look, sign, html::escape(one.wanted), words, html::escape(one.found),
                         one.met || one.remedy.empty() ? "" : "<span class=\"do\">" + html::code(one.remedy) + "</span>");
  }
  return "<ul class=\"next\">\n" + items + "</ul>\n";
}

/// `now` is the state store's.
inline std::string process_table(std::span<lifecycle::lease const> all, std::chrono::milliseconds now, std::uint64_t epoch) {
  std::string rows;
  for (auto const& one : all) {
    auto const left = (one.expires - now.count()) / 1000;
    rows += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"n{}\">{}</td><td class=\"n{}\">{}</td><td>{}</td></tr>\n",
                        html::escape(one.who()), one.epoch < epoch ? " bad" : "", one.epoch, one.over(now) ? " bad" : "",
                        one.over(now) ? std::string("over") : fmt::format("{} s", left), html::escape(one.library));
  }
  return detail::table({"process", "#epoch", "#lease", "zddm"}, rows);
}

/// The latest first; `most` of them.
inline std::string history_table(std::vector<lifecycle::audit> const& all, std::size_t most = 200) {
  std::string rows;
  for (auto const& one : all | std::views::reverse | std::views::take(most))
    rows += fmt::format(
        "<tr><td class=\"w\">{}</td><td class=\"w\">{}</td><td class=\"n\">{}</td><td>{}</td><td>{}{}</td></tr>\n",
        html::escape(time_in_words(one.at)), html::escape(one.from == one.to ? one.to : one.from + " \xe2\x86\x92 " + one.to),
        one.epoch, html::escape(one.who), html::code(one.what),
        one.note.empty() ? "" : "<br><span class=\"soft\">" + html::escape(one.note) + "</span>");
  auto text = detail::table({"when", "state", "#epoch", "who", "what"}, rows);
  if (all.size() > most) text += fmt::format("<p class=\"soft\">zd history has {} earlier ones.</p>\n", all.size() - most);
  return text;
}

/// The keys of mismatches, and what the stores hold of them where it was asked for.
inline std::string mismatch_table(std::span<verify::mismatch const> all, bool values) {
  std::string rows;
  for (auto const& one : all) {
    std::string columns;
    for (auto const& c : one.columns) columns += (columns.empty() ? "" : ", ") + c;
    rows +=
        fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td>", html::code(one.key), html::escape(one.kind), html::escape(columns));
    if (values)
      for (auto const* const value : {&one.old_value, &one.new_value})
        rows += "<td>" + (*value ? html::code(**value) : std::string("<span class=\"soft\">none</span>")) + "</td>";
    rows += "</tr>\n";
  }
  std::vector<std::string_view> columns{"key", "kind", "columns that differ"};
  if (values) columns.insert(columns.end(), {"in Old", "in New"});
  return detail::table(columns, rows);
}

} // namespace zddm::cli
