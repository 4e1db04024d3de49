// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <zddm/cli/environment.hpp>
#include <zddm/cli/failure.hpp>
#include <zddm/cli/options.hpp>
#include <zddm/core/version.hpp>

namespace zddm::cli {

/// A command, what it takes and what it does.
struct command {
  enum class naming { none, optional, required };

  std::string_view name;
  naming takes;
  std::string_view does;
};

inline constexpr std::array commands = std::to_array<command>({
    {"new", command::naming::required, "write a migration header that compiles, and list it"},
    {"prepare", command::naming::optional, "unrun to prepared: make room in New, begin to write both stores"},
    {"migrate", command::naming::optional, "prepared to migrated: copy every row and compare; goes on where it stopped"},
    {"verify", command::naming::required, "compare both stores and list what differs"},
    {"repair", command::naming::required, "end a quarantine, heal unknown keys, make the stores agree"},
    {"switch", command::naming::optional, "migrated to switched: New answers reads"},
    {"switchoff", command::naming::required, "switched back to migrated"},
    {"complete", command::naming::optional, "switched to completed, the point of no return"},
    {"destroy", command::naming::optional, "completed to destroyed: remove the old data"},
    {"rollback", command::naming::required, "back to unrun, and empty New; until completed"},
    {"status", command::naming::optional, "where things stand and what the next step waits for"},
    {"watch", command::naming::optional, "status again and again, until Ctrl-C"},
    {"explain", command::naming::required, "how one key is routed, and what each store holds of it"},
    {"gate", command::naming::required, "show or set the share of keys that take part, in percent"},
    {"set", command::naming::required, "show or set how fast the backfill goes: rate=5000 batch=1000"},
    {"pause", command::naming::required, "let the backfill wait"},
    {"resume", command::naming::required, "let the backfill go on"},
    {"history", command::naming::optional, "who did what when"},
    {"report", command::naming::required, "one page with everything, in pictures"},
    {"metrics", command::naming::optional, "numbers for Prometheus"},
    {"doctor", command::naming::optional, "connections, clocks, what the stores can do, what is left open"},
    {"unlock", command::naming::required, "take away the hold of an operator who does not come back"},
    {"completion", command::naming::none, "a completion script to be sourced by a shell"},
    {"manual", command::naming::none, "the manual page, for man -l -"},
});

/// What a command line that asks for nothing more wants printed: help or the version.
struct answer {
  std::string text;
};

/// The command line: what `parse` reads, and what help, completion and the manual page are made of.
class grammar {
public:
  grammar() : app("moves live data from one store to another") {
    app.name("zd");
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("zd " ZDDM_VERSION));
    app.add_flag("--json", asked.json, "JSON lines on standard output");
    app.add_flag("--plain", asked.plain, "nothing is redrawn, no colour");
    app.add_flag("-q,--quiet", asked.quiet, "data and errors only");
    app.add_flag("-v,--verbose", asked.verbose, "say more");
    app.add_flag("--no-color", asked.no_color, "no colour (also NO_COLOR)");
    app.add_flag("--yes", yes, "--yes=NAME,...: complete and destroy these without asking");
    app.add_flag("--dry-run", asked.dry_run, "say what would be done, change nothing");
    app.add_flag("--wait", wait, "--wait=TIME: how long to wait for every process to obey (60s)");
    app.add_option("--state", asked.state, "where the fleet's state is, such as sqlite:PATH")->type_name("URL");
    app.add_flag("--override", overrides, "--override=GATE,...: skip gates by name; kept in the history");
    app.add_flag("--restart", asked.restart, "migrate: plan the copy anew; rows in New are left alone; verify: begin anew");
    app.add_option("--sample", sample, "verify: 1% of the keys by hash, or 20 ranges of keys at random")->type_name("SHARE|N");
    app.add_flag("--continuous", asked.continuous, "verify: pass after pass, until Ctrl-C");
    app.add_option("--every", every, "verify --continuous: pause between passes (10s)")->type_name("TIME");
    app.add_option("--output", asked.output, "verify, repair: what is found as JSON lines to a file, too")->type_name("FILE");
    app.add_option("--plan", asked.plan, "migrate: only list the chunks to be copied")->type_name("FILE");
    app.add_option("--chunk", asked.chunk, "migrate: only copy this chunk of the plan")->type_name("ID");
    app.add_flag("--values", asked.values, "verify, repair, explain, report: show what the stores hold");
    app.add_option("--dir", asked.folder, "new: the folder of the migrations")->type_name("FOLDER");
    app.add_option("--html", asked.html, "report: the file to write")->type_name("FILE");
    for (auto const& c : commands) {
      auto* const sub = app.add_subcommand(std::string(c.name), std::string(c.does));
      sub->fallthrough();
      if (c.name == "completion") sub->add_option("SHELL", asked.shell, "bash or zsh")->required();
      if (c.takes == command::naming::none) continue;
      auto* const name = sub->add_option("NAME", asked.name, "the migration");
      if (c.takes == command::naming::required) name->required();
      if (c.name == "gate") sub->add_option("RATE", asked.rate, "in percent, such as 12.5");
      if (c.name == "set") sub->add_option("SETTING", asked.assignments, "rate, bytes, batch, page, workers, old-p99, new-p99");
      if (c.name == "explain") sub->add_option("KEY", asked.key, "as text, as verify shows it")->required();
    }
  }

  /// The variable behind an option, such as `ZD_DRY_RUN`; empty for one without a twin (help and version).
  static std::string twin_of(CLI::Option const& option) {
    if (option.get_lnames().empty()) return {};
    auto name = option.get_lnames().front();
    if (name == "help" || name == "version") return {};
    for (char& c : name) c = c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return "ZD_" + name;
  }

  options asked;
  std::string yes, wait, overrides, sample, every;
  CLI::App app;
};

/// What is wrong with a command line that CLI11 refused, and where to look it up.
inline failure refusal(CLI::App& app, CLI::ParseError const& e) {
  bool const lacks = dynamic_cast<CLI::RequiredError const*>(&e) != nullptr;
  auto const words = app.remaining();
  auto const found = app.get_subcommands();
  std::string const named = lacks && !found.empty() ? found.front()->get_name() + ' ' : "";
  auto text = !lacks || !found.empty() ? e.what()
              : words.empty()          ? std::string("no command was given")
                                       : fmt::format("there is no command '{}'", words.front());
  return {410, exit_code::usage, std::move(text), {{"what there is", fmt::format("zd {}--help", named)}}};
}

/// Reads the command line (without the program's name) and the `ZD_*` variables behind it. Throws `failure` (exit 2).
inline std::variant<options, answer> parse(std::vector<std::string> args, environment const& env) {
  grammar g;
  auto& o = g.asked;
  std::string const bare = "true"; // what a flag says that was given no value
  try {
    std::ranges::reverse(args);
    g.app.parse(std::move(args));
    for (auto* const option : g.app.get_options())
      if (auto const value = env.get(grammar::twin_of(*option)); value && !value->empty() && option->count() == 0) {
        option->add_result(*value);
        option->run_callback();
      }
  } catch (CLI::Success const& e) {
    std::ostringstream out;
    g.app.exit(e, out, out);
    return answer{out.str()};
  } catch (CLI::ParseError const& e) {
    throw refusal(g.app, e);
  }

  o.command = g.app.get_subcommands().front()->get_name();
  if (!env.get("NO_COLOR", "").empty()) o.no_color = true;
  auto const time = [&](std::string const& text, char const* such_as, std::chrono::milliseconds& into) {
    if (text.empty() || text == bare) return;
    auto const found = parse_time(text);
    if (!found)
      throw failure(415, exit_code::usage, fmt::format("'{}' is no time", text),
                    {{"a time is a number with ms, s, m or h", such_as}});
    into = *found;
  };
  time(g.wait, "--wait=60s", o.wait);
  time(g.every, "--every=10s", o.every);
  if (!g.sample.empty()) {
    auto const found = parse_sample(g.sample);
    if (!found)
      throw failure(419, exit_code::usage, fmt::format("'{}' is no sample", g.sample),
                    {{"a share of the keys", "--sample=1%"}, {"ranges of keys, up to 4096", "--sample=20"}});
    o.sample = *found;
  }
  auto const split = [&](std::string const& list, std::vector<std::string>& into) {
    std::istringstream in(list == bare ? std::string() : list);
    for (std::string one; std::getline(in, one, ',');)
      if (!one.empty()) into.push_back(one);
  };
  split(g.yes, o.yes);
  o.yes_to_all = g.yes == bare;
  split(g.overrides, o.overrides);
  return std::move(o);
}

} // namespace zddm::cli
