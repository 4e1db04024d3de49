// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <zddm/core/error.hpp>
#include <zddm/core/version.hpp>
#include <zddm/postgres/database.hpp>
#include <zddm/postgres/query.hpp>
#include <zddm/postgres/result.hpp>

namespace zddm::postgres {

/// What keeps those apart who make tables at the same time; also the seed of the locks of other things.
inline constexpr std::int64_t lock_seed = 0x7a64646d;

/// Tables that belong together and their format. The first of them holds one row that says which format, in a column
/// `zddm_format`, and who wrote it, in a column `written_by`.
struct tables {
  std::string_view what;          ///< how errors call them
  std::int64_t format;            ///< the one that this version knows
  std::vector<std::string> names; ///< of the tables, the first one first
  char const* format_of;          ///< SQL that reads format (int8) and writer (text)
  std::vector<char const*> make;  ///< SQL that makes them; the last takes format and writer as parameters
};

namespace detail {

/// False: there is none of them. Throws `store_error` (permanent) where they are something else, or of another format.
inline bool are_there(database& d, tables const& t) {
  // From catalogues alone, which one snapshot shows: `to_regclass` sees what was committed after it, and their columns not yet.
  auto const found = d.run(query("SELECT count(DISTINCT c.oid), count(a.attname) FROM pg_class AS c LEFT JOIN pg_attribute AS a"
                                 " ON a.attrelid = c.oid AND a.attname = 'zddm_format'"
                                 " WHERE c.relname = ANY ($1::name[]) AND pg_table_is_visible(c.oid)")
                               .names(t.names),
                           effect::none);
  if (found.integer(0, 0) == 0) return false;
  if (found.integer(0, 1) == 0)
    throw store_error(error_class::permanent,
                      "PostgreSQL at " + d.where() + " has a table " + t.names.front() + " or " + t.names.back() +
                          " that is no " + std::string(t.what) +
                          " of zddm; nothing was changed. Name another database, or another schema "
                          "(options=-csearch_path=SCHEMA)",
                      230);
  auto const row = d.run(query(t.format_of), effect::none);
  auto const format = row.rows() == 1 ? row.integer(0, 0) : 0;
  if (format != t.format)
    throw store_error(error_class::permanent,
                      "the " + std::string(t.what) + " in PostgreSQL at " + d.where() + " has format " + std::to_string(format) +
                          ", written by zddm " + (row.rows() == 1 ? std::string(row.bytes(0, 1)) : "unknown") +
                          "; this is zddm " ZDDM_VERSION ", which knows format " + std::to_string(t.format) +
                          "; nothing was changed. Run a version at least as new as the one that wrote it",
                      231);
  return true;
}

inline std::vector<tables const*> missing(database& d, std::vector<tables> const& all) {
  std::vector<tables const*> none;
  for (auto const& t : all)
    if (!are_there(d, t)) none.push_back(&t);
  return none;
}

} // namespace detail

/// Makes sure that all of them are there in a format that this version knows; makes all that are missing, or none, whoever else
/// is at it. Throws `store_error`, and changes nothing, where some are something else, of another format, or missing and may
/// not be made.
inline void claim(database& d, std::vector<tables> const& all) {
  for (auto missing = detail::missing(d, all); !missing.empty();) {
    if (!d.options().create)
      throw store_error(error_class::permanent,
                        "there is no " + std::string(missing.front()->what) + " in PostgreSQL at " + d.where() +
                            "; nothing was changed. Check the address; the first step of a migration makes it",
                        233);
    std::vector<query> batch{query("SELECT pg_advisory_xact_lock($1::int8)").integer(lock_seed)};
    for (auto const* t : missing) {
      for (auto const* sql : t->make) batch.emplace_back(sql);
      batch.back().integer(t->format).text(ZDDM_VERSION);
    }
    try {
      d.run(batch, effect::write);
      return;
    } catch (store_error const& e) { // another may have made them
      if (e.kind() == error_class::unknown_outcome) throw;
      auto const left = detail::missing(d, all);
      if (left.size() == missing.size()) throw;
      missing = left;
    }
  }
}

} // namespace zddm::postgres
