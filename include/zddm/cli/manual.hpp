// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <fmt/core.h>

#include <zddm/cli/exit_code.hpp>
#include <zddm/cli/parse.hpp>
#include <zddm/core/version.hpp>

namespace zddm::cli {

namespace detail {

/// Text that roff takes as it is.
inline std::string roff(std::string_view text) {
  std::string out;
  for (char const c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if ((c == '.' || c == '\'') && out.empty())
      out += std::string("\\&") + c;
    else
      out += c;
  }
  return out;
}

inline std::string tagged(std::string_view tag, std::string_view text) {
  return fmt::format(".TP\n.B {}\n{}\n", roff(tag), roff(text));
}

/// `NAME [RATE]`
inline std::string arguments_of(CLI::App const& command) {
  std::string text;
  for (auto const* option : command.get_options())
    if (option->get_positional())
      text += option->get_required() ? ' ' + option->get_name(true) : " [" + option->get_name(true) + ']';
  return text;
}

} // namespace detail

/// The page zd(1), made of what the command line is read by.
inline std::string manual_page() {
  using detail::roff;
  grammar const g;
  std::string page = fmt::format(".TH ZD 1 \"\" \"zddm {}\"\n.SH NAME\nzd \\- {}\n.SH SYNOPSIS\n.B zd\n[\\fIOPTION\\fR]... "
                                 "\\fICOMMAND\\fR [\\fINAME\\fR]\n",
                                 ZDDM_VERSION, roff(g.app.get_description()));
  page += ".SH DESCRIPTION\nAn application links its migrations into a\n.B zd\nof its own. Without a name, a step takes every "
          "migration that is in the state it starts from, those depended on first.\nData goes to standard output, talk to "
          "standard error.\n.SH COMMANDS\n";
  for (auto const* command : g.app.get_subcommands([](CLI::App const*) { return true; }))
    page += detail::tagged(command->get_name() + detail::arguments_of(*command), command->get_description());
  page += ".SH OPTIONS\n";
  for (auto const* option : g.app.get_options()) {
    std::string names;
    for (auto const& one : option->get_snames()) names += fmt::format("{}-{}", names.empty() ? "" : ", ", one);
    for (auto const& one : option->get_lnames()) names += fmt::format("{}--{}", names.empty() ? "" : ", ", one);
    if (option->get_items_expected_max() > 0 && option->get_expected_min() > 0) names += ' ' + option->get_type_name();
    auto const twin = grammar::twin_of(*option);
    page += detail::tagged(names, option->get_description() + (twin.empty() ? "" : " [" + twin + ']'));
  }
  page += ".SH ENVIRONMENT\nEach option has the variable in brackets behind it, which the command line goes before.\n.B "
          "NO_COLOR\nset "
          "to anything means no colour.\n.SH EXIT STATUS\n";
  for (auto const& [code, words] : exit_codes) page += detail::tagged(fmt::format("{}", static_cast<int>(code)), words);
  page +=
      ".SH EXAMPLES\n.nf\nexport ZD_STATE=sqlite:/var/lib/app/zd.db\nzd prepare\nzd gate merge_names 10\nzd migrate\nzd switch\n"
      "zd complete \\-\\-yes=merge_names\n.fi\n";
  return page;
}

} // namespace zddm::cli
