// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/core/hash.hpp>
#include <zddm/lifecycle/state_store.hpp>
#include <zddm/postgres/address.hpp>
#include <zddm/postgres/database.hpp>
#include <zddm/postgres/options.hpp>
#include <zddm/postgres/query.hpp>
#include <zddm/postgres/result.hpp>
#include <zddm/postgres/tables.hpp>
#include <zddm/postgres/work_queue.hpp>

namespace zddm::postgres {

/// A `lifecycle::state_store` in tables of a PostgreSQL database, for the threads and processes of any number of machines.
/// A commit that returned survives what the server's disk survives.
class state_store {
public:
  /// How a URL names one, and what it names; nothing for another URL. Throws `store_error` (permanent) where the rest of it is
  /// not understood.
  static constexpr std::string_view url_form = "postgres://USER@HOST:PORT/DATABASE";
  static std::optional<address> named_by(std::string const& url) {
    if (url.starts_with("postgres://") || url.starts_with("postgresql://")) return address(url);
    constexpr std::string_view scheme = "postgres:"; // and libpq's own form behind it
    if (!url.starts_with(scheme)) return std::nullopt;
    return address(url.substr(scheme.size()));
  }

  /// Makes the tables if they are missing and may be made. Throws `store_error`, and changes nothing, if the server cannot be
  /// reached, or (permanent) if the tables are missing and may not be made, are something else, or are of a format this
  /// version does not know.
  explicit state_store(address at, postgres::options o = {}) : database_(std::make_shared<database>(std::move(at), o)) {
    claim(*database_, {made_of(), work_queue::made_of()});
  }

  /// Host, port and database.
  std::string const& where() const noexcept { return database_->where(); }

  std::optional<lifecycle::stored> read(std::string_view path) {
    auto const found =
        database_->run(query("SELECT path, revision, value FROM zddm_entries WHERE path = $1").bytes(path), effect::none);
    if (found.rows() == 0) return std::nullopt;
    return row(found, 0);
  }

  std::vector<lifecycle::stored> list(std::string_view prefix) {
    auto const found = database_->run(query("SELECT path, revision, value FROM zddm_entries"
                                            " WHERE path >= $1 AND substr(path, 1, length($1)) = $1 ORDER BY path")
                                          .bytes(prefix),
                                      effect::none);
    std::vector<lifecycle::stored> all;
    for (int i = 0; i < found.rows(); ++i) all.push_back(row(found, i));
    return all;
  }

  /// All expectations are about what is there before the call; the changes are then applied in their order.
  bool commit(std::span<lifecycle::change const> changes) {
    if (changes.empty()) return true;
    std::vector<std::string_view> paths;
    std::vector<std::optional<std::int64_t>> expected;
    std::map<std::string_view, std::optional<std::string_view>> last;
    for (auto const& c : changes) {
      paths.push_back(c.path);
      expected.push_back(revision(c.expected));
      last[c.path] = c.value;
    }
    std::set<std::int64_t> locks;
    std::vector<std::string_view> changed;
    std::vector<std::optional<std::string_view>> values;
    for (auto const& [path, value] : last) {
      locks.insert(static_cast<std::int64_t>(hash_bytes(path, lock_seed)));
      changed.push_back(path);
      values.push_back(value);
    }
    std::array const batch{query(lock_).integers(locks),
                           query(apply_).all_bytes(paths).integers(expected).all_bytes(changed).all_bytes(values)};
    return database_->run(batch, effect::write).back().integer(0, 0) != 0;
  }

  /// Milliseconds since 1970 on the server's clock, but never less than it told anybody before: where that clock is set back,
  /// time stands still until it has caught up.
  std::chrono::milliseconds now() {
    // What was told must be known to the next who asks, and need not be on the disk.
    std::array const batch{query("SELECT set_config('synchronous_commit', 'off', true)"),
                           query("UPDATE zddm_state SET told = greatest(told,"
                                 " (extract(epoch FROM clock_timestamp()) * 1000)::int8) RETURNING told")};
    return std::chrono::milliseconds(database_->run(batch, effect::none).back().integer(0, 0));
  }

  /// What the workers of a backfill of this name share, in tables beside.
  work_queue queue(std::string_view name) const { return {database_, name}; }

private:
  static tables made_of() {
    return {"state store",
            1,
            {"zddm_state", "zddm_entries"},
            "SELECT zddm_format::int8, written_by::text FROM zddm_state",
            {"CREATE TABLE zddm_entries (path bytea PRIMARY KEY, revision int8 NOT NULL, value bytea NOT NULL)",
             "CREATE SEQUENCE zddm_revisions",
             "CREATE TABLE zddm_state (zddm_format int8 NOT NULL, written_by text NOT NULL, told int8 NOT NULL)",
             "INSERT INTO zddm_state VALUES ($1::int8, $2::text, 0)"}};
  }

  /// Whoever changes a path holds its lock, so that the statement after this one sees the last change of each. In ascending
  /// order, so that no two wait for each other.
  static constexpr char const* lock_ = "SELECT pg_advisory_xact_lock(key) FROM unnest($1::int8[]) AS key ORDER BY key";

  static constexpr char const* apply_ =
      "WITH expected AS (SELECT * FROM unnest($1::bytea[], $2::int8[]) AS e (path, revision)),"
      " next AS (SELECT * FROM unnest($3::bytea[], $4::bytea[]) AS n (path, value)),"
      " met AS (SELECT NOT EXISTS (SELECT FROM expected LEFT JOIN zddm_entries AS entry USING (path)"
      "  WHERE coalesce(entry.revision, 0) <> expected.revision) AS ok),"
      " removed AS (DELETE FROM zddm_entries AS entry USING next, met"
      "  WHERE met.ok AND entry.path = next.path AND next.value IS NULL),"
      " put AS (INSERT INTO zddm_entries (path, revision, value)"
      "  SELECT path, nextval('zddm_revisions'), value FROM next, met WHERE met.ok AND value IS NOT NULL"
      "  ON CONFLICT (path) DO UPDATE SET revision = excluded.revision, value = excluded.value)"
      " SELECT ok FROM met";

  static lifecycle::stored row(result const& r, int i) {
    return {std::string(r.bytes(i, 0)), std::string(r.bytes(i, 2)), static_cast<std::uint64_t>(r.integer(i, 1))};
  }

  /// As the table holds it: nothing for any revision, and one that no entry has for those beyond its range.
  static std::optional<std::int64_t> revision(std::uint64_t expected) {
    if (expected == lifecycle::any_revision) return std::nullopt;
    return expected > INT64_MAX ? -1 : static_cast<std::int64_t>(expected);
  }

  std::shared_ptr<database> database_;
};

} // namespace zddm::postgres
