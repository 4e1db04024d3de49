// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
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

inline constexpr std::array<command, 13> commands{{
    {"new", command::naming::required, "write a migration header that compiles, and list it"},
    {"prepare", command::naming::optional, "unrun to prepared: make room in New, begin to write both stores"},
    {"migrate", command::naming::optional, "prepared to migrated: copy every row and compare; goes on where it stopped"},
    {"verify", command::naming::required, "compare both stores and list what differs"},
    {"repair", command::naming::required, "end a quarantine, heal unknown keys, make New agree with Old"},
    {"switch", command::naming::optional, "migrated to switched: New answers reads"},
    {"switchoff", command::naming::required, "switched back to migrated"},
    {"complete", command::naming::optional, "switched to completed, the point of no return"},
    {"destroy", command::naming::optional, "completed to destroyed: remove the old data"},
    {"rollback", command::naming::required, "back to unrun, and empty New; until completed"},
    {"status", command::naming::optional, "where things stand and what the next step waits for"},
    {"gate", command::naming::required, "show or set the share of keys that take part, in percent"},
    {"history", command::naming::optional, "who did what when"},
}};

/// What a command line that asks for nothing more wants printed: help or the version.
struct answer {
  std::string text;
};

/// Reads the command line (without the program's name) and the `ZD_*` variables behind it. Throws `failure` (exit 2).
inline std::variant<options, answer> parse(std::vector<std::string> args, environment const& env) {
  options o;
  std::string yes, wait, overrides;
  std::string const bare = "true"; // what a flag says that was given no value
  CLI::App app("moves live data from one store to another");
  app.name("zd");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("zd " ZDDM_VERSION));
  app.add_flag("--json", o.json, "JSON lines on standard output");
  app.add_flag("--plain", o.plain, "nothing is redrawn, no colour");
  app.add_flag("-q,--quiet", o.quiet, "data and errors only");
  app.add_flag("-v,--verbose", o.verbose, "say more");
  app.add_flag("--no-color", o.no_color, "no colour (also NO_COLOR)");
  app.add_flag("--yes", yes, "--yes=NAME,...: complete and destroy these without asking");
  app.add_flag("--dry-run", o.dry_run, "say what would be done, change nothing");
  app.add_flag("--wait", wait, "--wait=TIME: how long to wait for every process to obey (60s)");
  app.add_option("--state", o.state, "where the fleet's state is: sqlite:PATH (also ZD_STATE)")->type_name("URL");
  app.add_flag("--override", overrides, "--override=GATE,...: skip gates by name; kept in the history");
  app.add_flag("--restart", o.restart, "migrate: plan the copy anew; rows in New are left alone");
  app.add_flag("--values", o.values, "verify, repair: show what the stores hold");
  app.add_option("--dir", o.folder, "new: the folder of the migrations")->type_name("FOLDER");
  for (auto const& c : commands) {
    auto* const sub = app.add_subcommand(std::string(c.name), std::string(c.does));
    sub->fallthrough();
    if (c.takes == command::naming::none) continue;
    auto* const name = sub->add_option("NAME", o.name, "the migration");
    if (c.takes == command::naming::required) name->required();
    if (c.name == "gate") sub->add_option("RATE", o.rate, "in percent, such as 12.5");
  }

  try {
    std::ranges::reverse(args);
    app.parse(std::move(args));
  } catch (CLI::Success const& e) {
    std::ostringstream out;
    app.exit(e, out, out);
    return answer{out.str()};
  } catch (CLI::ParseError const& e) {
    throw failure(410, exit_code::usage, e.what(), {{"what there is", "zd --help"}});
  }

  o.command = app.get_subcommands().front()->get_name();
  auto const flag = [&](bool& value, char const* variable) {
    auto const set = env.get(variable);
    if (set && !set->empty() && *set != "0" && *set != "false" && *set != "no") value = true;
  };
  auto const text = [&](std::string& value, char const* variable) {
    if (value.empty()) value = env.get(variable, "");
  };
  flag(o.json, "ZD_JSON");
  flag(o.plain, "ZD_PLAIN");
  flag(o.quiet, "ZD_QUIET");
  flag(o.verbose, "ZD_VERBOSE");
  flag(o.no_color, "ZD_NO_COLOR");
  flag(o.no_color, "NO_COLOR");
  flag(o.dry_run, "ZD_DRY_RUN");
  text(o.state, "ZD_STATE");
  text(yes, "ZD_YES");
  text(wait, "ZD_WAIT");
  text(overrides, "ZD_OVERRIDE");
  if (!wait.empty() && wait != bare) {
    auto const time = parse_time(wait);
    if (!time)
      throw failure(415, exit_code::usage, fmt::format("'{}' is no time", wait),
                    {{"a time is a number with ms, s, m or h", "--wait=60s"}});
    o.wait = *time;
  }
  auto const split = [&](std::string const& list, std::vector<std::string>& into) {
    std::istringstream in(list == bare ? std::string() : list);
    for (std::string one; std::getline(in, one, ',');)
      if (!one.empty()) into.push_back(one);
  };
  split(yes, o.yes);
  split(overrides, o.overrides);
  return o;
}

} // namespace zddm::cli
