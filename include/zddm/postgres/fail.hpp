// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <zddm/core/error.hpp>

namespace zddm::postgres {

namespace detail {
struct diagnosis {
  int code;
  error_class kind;
  std::string_view what;
  std::string_view next;
};

/// The server, or the way to it, is at fault, whoever asks for what.
constexpr bool unreachable(std::string_view sqlstate) {
  auto const group = sqlstate.substr(0, 2);
  return sqlstate.empty() || group == "08" || (group == "57" && sqlstate != "57014");
}

constexpr diagnosis diagnose(std::string_view sqlstate) {
  using enum error_class;
  auto const group = sqlstate.substr(0, 2);
  if (unreachable(sqlstate))
    return {150, transient, "cannot be reached", "Check that it runs, and the way to it; then repeat the call"};
  if (group == "28")
    return {151, permanent, "refused the login", "Check user and password (PGPASSWORD, a passfile) and the server's pg_hba.conf"};
  if (group == "3D") return {151, permanent, "has no such database", "Check the name, or create it"};
  // Beside what ran short: times that the server's owner has set (25P03, 25P04, 57014), and a disk that failed.
  if (group == "40" || group == "53" || group == "55" || sqlstate == "57014" || sqlstate == "25P03" || sqlstate == "25P04" ||
      sqlstate == "58030")
    return {152, transient, "was too busy or short of something", "Repeat the call; look at the server's load, disk and limits"};
  if (sqlstate == "42501")
    return {153, permanent, "does not let this user do that", "Grant the right to read, write or create the tables"};
  if (sqlstate == "25006")
    return {153, transient, "may only be read", "Repeat the call; if that stays so, give the address of the primary"};
  return {155, permanent, "refused the statement", "Check its tables; else report this"};
}

/// The server's own words where they name users and objects only, and never a value.
constexpr bool worth_quoting(std::string_view sqlstate) {
  auto const group = sqlstate.substr(0, 2);
  return group != "22" && group != "23" && group != "P0";
}
} // namespace detail

/// Throws the `store_error` that a SQLSTATE stands for (none: the connection failed): what happened to the server at
/// `where`, what it says of it, whether anything was applied, what to do next. `unheard` says that the end of a write was
/// sent and no answer came.
[[noreturn]] inline void fail(std::string_view sqlstate, bool unheard, std::string const& where, std::string_view words = {}) {
  std::string said(sqlstate);
  if (detail::worth_quoting(sqlstate) && !words.empty())
    said += (said.empty() ? "" : ": ") + std::string(words.substr(0, words.find('\n')));
  if (!said.empty()) said = " (" + said + ")";
  if (unheard)
    throw store_error(error_class::unknown_outcome,
                      "PostgreSQL at " + where + " was lost before it answered" + said +
                          "; the write may have been applied. Read before you repeat",
                      154);
  auto const d = detail::diagnose(sqlstate);
  throw store_error(d.kind,
                    "PostgreSQL at " + where + " " + std::string(d.what) + said + "; nothing was applied. " + std::string(d.next),
                    d.code);
}

} // namespace zddm::postgres
