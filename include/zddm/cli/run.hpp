// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <unistd.h>

#include <zddm/cli/completion.hpp>
#include <zddm/cli/dispatch.hpp>
#include <zddm/cli/environment.hpp>
#include <zddm/cli/manual.hpp>
#include <zddm/cli/new_migration.hpp>
#include <zddm/cli/order.hpp>
#include <zddm/cli/parse.hpp>
#include <zddm/cli/subject_of.hpp>
#include <zddm/lifecycle/barrier.hpp>
#include <zddm/lifecycle/operator_lease.hpp>

namespace zddm::cli {

/// What a run of `zd` works with: streams, variables, how it is interrupted, its state store if not the one of `--state`, and
/// what `--state` may name beside SQLite's.
struct surroundings {
  streams io;
  environment env{};
  interruption* stop = nullptr;
  shared_state* state = nullptr;
  std::vector<state_kind> kinds{};
};

namespace detail {

inline std::string without_code(std::string_view what) {
  auto const colon = what.find(": ");
  return std::string(what.starts_with("ZD-") && colon != std::string_view::npos ? what.substr(colon + 2) : what);
}

/// Of a text "what happened; nothing was changed. What to do" all but what happened goes to the note.
inline failure told(error const& e, exit_code exit, std::string const& more, std::vector<finding> findings = {}) {
  auto const all = without_code(e.what());
  auto const cut = std::min(all.find("; nothing "), all.find(". Nothing "));
  if (cut == std::string::npos) return {e.code(), exit, all, std::move(findings), more};
  auto note = all.substr(cut + 2);
  if (!note.ends_with('.')) note += '.';
  return {e.code(), exit, all.substr(0, cut), std::move(findings), more.empty() ? note : note + "\n  " + more};
}

/// Whatever was thrown, as the user is told of it; to be called inside a handler.
inline failure explained(options const& asked) {
  // There is nothing to go on with where a command only looks.
  constexpr std::array<std::string_view, 7> looks{"status", "watch", "history", "explain", "doctor", "report", "metrics"};
  auto const& command = asked.command;
  bool const moves = std::ranges::find(looks, command) == looks.end();
  auto const then = [&](std::string safe) {
    if (!moves) return safe;
    return safe + (safe.empty() ? "" : " ") + "zd " + command + " again goes on from here.";
  };
  try {
    throw;
  } catch (failure const& e) {
    return e;
  } catch (lifecycle::held const& e) {
    return told(e, exit_code::held, "", {{"if it does not come back", "zd unlock " + asked.name.value_or("NAME")}});
  } catch (lifecycle::unacknowledged const& e) {
    std::vector<finding> missing;
    for (auto const& one : e.missing())
      missing.push_back({fmt::format("{} is at epoch {}{}", one.who(), one.epoch,
                                     one.owner.gone() ? ", and has ended: it counts until its lease is over" : ""),
                         ""});
    return {e.code(), exit_code::unacknowledged, "not every process obeys in time", std::move(missing),
            then("what was announced is safe beside what was before.")};
  } catch (state_failure const& e) {
    return told(e, exit_code::unreachable, then("processes go on until their leases end."));
  } catch (refused const& e) {
    return told(e, exit_code::refused, "");
  } catch (error const& e) {
    bool const of_the_state = e.code() == 201 || e.code() == 202;
    return told(e, of_the_state ? exit_code::unreachable : exit_code::failed,
                of_the_state ? "processes go on until their leases end." : then(""));
  } catch (std::exception const& e) {
    return {320, exit_code::failed, e.what(), {}, then("what was done so far stays.")};
  }
}

inline console::manner manner_of(options const& o, streams const& io) {
  return {o.json, o.quiet, o.verbose, o.plain, io.err_terminal && io.out_terminal && !o.no_color && !o.plain && !o.json};
}

} // namespace detail

/// `zd` with these arguments (without the program's name); returns the exit code. Does not throw.
template <lifecycle::migration... Ms> int run(std::vector<std::string> const& args, surroundings with) {
  options asked;
  asked.json = std::ranges::find(args, "--json") != args.end() || with.env.get("ZD_JSON", "0") == "1";
  auto const complain = [&](failure const& f) {
    console(with.io, detail::manner_of(asked, with.io)).complain(f);
    return static_cast<int>(f.exit());
  };
  interruption own;
  interruption& stop = with.stop ? *with.stop : own;
  try {
    if (args.size() > 1 && args[0] == "completion" && args[1] == "words")
      return with.io.out << completions({args.begin() + 2, args.end()}, {Ms::name...}) << std::flush, 0;
    auto parsed = parse(args, with.env);
    if (auto const* const text = std::get_if<answer>(&parsed)) return with.io.out << text->text << std::flush, 0;
    asked = std::get<options>(std::move(parsed));
    console out(with.io, detail::manner_of(asked, with.io));
    if (asked.command == "new") return new_migration(out, asked), 0;
    if (asked.command == "completion") return with.io.out << completion_script(asked.shell) << std::flush, 0;
    if (asked.command == "manual") return with.io.out << manual_page() << std::flush, 0;

    std::array<std::unique_ptr<subject>, sizeof...(Ms)> given{std::make_unique<subject_of<Ms>>(with.env)...};
    subjects all;
    for (auto const place : order<Ms...>()) all.push_back(std::move(given[place]));
    std::optional<shared_state> opened;
    if (!with.state) opened.emplace(shared_state::open(asked.state, asked.command == "prepare", with.kinds));
    session s{with.state ? *with.state : *opened, out, asked, stop};
    dispatch(s, all);
    return 0;
  } catch (interrupted) {
    if (stop.signal() == 0) return complain({203, exit_code::held, "another operator took the migration over", {}, ""});
    bool const ended = stop.signal() == SIGTERM;
    if (asked.command != "watch")
      console(with.io, detail::manner_of(asked, with.io))
          .say(fmt::format("stopped; what was done is saved. zd {} goes on from here.", asked.command));
    return static_cast<int>(ended ? exit_code::terminated : exit_code::interrupted);
  } catch (...) {
    return complain(detail::explained(asked));
  }
}

/// The whole of an application's `zd`: `int main(int c, char** v) { return zddm::cli::run<merge_names, split_orders>(c, v); }`.
/// Where `--state` may name more than SQLite's: `run<...>(c, v, {kind_of<postgres::state_store>})`.
template <lifecycle::migration... Ms> int run(int argc, char const* const* argv, std::vector<state_kind> kinds = {}) {
  interruption stop;
  signal_watch const watch(stop);
  return run<Ms...>(std::vector<std::string>(argv + std::min(argc, 1), argv + argc),
                    {{std::cin, std::cout, std::cerr, ::isatty(0) == 1, ::isatty(1) == 1, ::isatty(2) == 1},
                     environment(),
                     &stop,
                     nullptr,
                     std::move(kinds)});
}

/// A list of migrations as a type, as `zd new` writes it.
template <lifecycle::migration... Ms> struct list {
  static int run(int argc, char const* const* argv, std::vector<state_kind> kinds = {}) {
    return cli::run<Ms...>(argc, argv, std::move(kinds));
  }
};

} // namespace zddm::cli
