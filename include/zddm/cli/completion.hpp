// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include <zddm/cli/failure.hpp>
#include <zddm/cli/parse.hpp>

namespace zddm::cli {

/// What may stand in the place of the last word, a line each: the word, a tab, what it does. Words that do not begin as the last
/// one does are left to the shell to drop.
inline std::string completions(std::vector<std::string> const& words, std::vector<std::string_view> const& migrations) {
  std::string text;
  auto const offer = [&](std::string_view word, std::string_view does) { text += fmt::format("{}\t{}\n", word, does); };
  grammar const g;
  std::string_view const last = words.empty() ? std::string_view{} : words.back();
  if (last.starts_with('-')) {
    for (auto const* option : g.app.get_options())
      if (!option->get_lnames().empty()) offer("--" + option->get_lnames().front(), option->get_description());
    return text;
  }
  CLI::App const* chosen = nullptr;
  std::size_t given = 0; // positional words after the command
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    auto const& word = words[i];
    if (word.starts_with('-')) {
      auto const* const option = g.app.get_option_no_throw(word);
      if (option && option->get_items_expected_max() > 0) ++i; // its value
    } else if (chosen)
      ++given;
    else
      for (auto const* command : g.app.get_subcommands([&](CLI::App const* one) { return one->get_name() == word; }))
        chosen = command;
  }
  if (!chosen) {
    for (auto const& c : commands) offer(c.name, c.does);
    return text;
  }
  if (given != 0) return text;
  if (chosen->get_option_no_throw("NAME"))
    for (auto const name : migrations) offer(name, "a migration");
  if (chosen->get_option_no_throw("SHELL"))
    for (auto const shell : {"bash", "zsh"}) offer(shell, "a shell");
  return text;
}

/// A script for `eval`, or for the folder where the shell looks for such; it asks `zd` itself, so it is never out of date.
inline std::string completion_script(std::string_view shell) {
  if (shell == "bash")
    return R"script(# bash completion for zd
_zd() {
  local words
  words=$("$1" completion words "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)
  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _zd zd
)script";
  if (shell == "zsh")
    return R"script(#compdef zd
_zd() {
  local -a found
  found=(${(f)"$("${words[1]}" completion words "${(@)words[2,CURRENT]}" 2>/dev/null | tr '\t' ':')"})
  if (( $#found )); then _describe zd found; else _files; fi
}
if [[ $funcstack[1] = _zd ]]; then _zd "$@"; else compdef _zd zd; fi
)script";
  throw failure(410, exit_code::usage, fmt::format("there is no completion for '{}'", shell),
                {{"for bash", "zd completion bash"}, {"for zsh", "zd completion zsh"}});
}

} // namespace zddm::cli
