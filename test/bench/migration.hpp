// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include <zddm/backfill/coverage.hpp>
#include <zddm/backfill/run.hpp>
#include <zddm/lmdb/environment.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/state_store.hpp>

#include "bench/by_hand.hpp"
#include "bench/rows.hpp"
#include "tools/scratch.hpp"

/// The backfills that are measured.
namespace bench {

inline constexpr std::size_t batch = 10'000;

struct places {
  test::scratch folder;
  std::uint64_t rows;
  std::string from = folder / "old";
  std::string to = folder / "new";
  std::string state = folder / "state";

  explicit places(std::uint64_t n) : rows(n) { make_sqlite(from, n); }

  void clear() const {
    for (auto const& path : {to, state})
      for (auto const* tail : {"", "-wal", "-shm"}) std::filesystem::remove_all(path + tail);
  }

  template <class New> zddm::backfill::coverage run(New& to_store, std::function<void()> const& after_page) const {
    zddm::sqlite::database old_db(from, sqlite_options(false));
    sqlite_rows old_store(old_db, {table});
    zddm::sqlite::state_store progress(state);
    zddm::backfill::options o;
    o.identity = "bench";
    o.live = [] { return zddm::backfill::settings{batch}; };
    if (after_page) o.told = [&](auto const&) { after_page(); };
    return zddm::backfill::run(old_store, to_store, progress, "bench", o).status.coverage;
  }
};

/// SQLite to LMDB, and SQLite to SQLite: how each is prepared, run by the library, and run by hand.
struct to_lmdb {
  places const& at;
  bool durable = false;
  zddm::lmdb::options options() const { return lmdb_options(durable, at.rows); }

  void prepare() const { prepare_lmdb(at.to, at.rows); }
  zddm::backfill::coverage run(std::function<void()> const& after_page = {}) const {
    zddm::lmdb::environment env(at.to, options());
    lmdb_rows s(env, table);
    return at.run(s, after_page);
  }
  std::uint64_t ours() const { return run().copied; }
  std::uint64_t by_hand() const { return bench::by_hand::sqlite_to_lmdb(at.from, at.to, batch, options()); }
  void by_row(std::uint64_t n) const { bench::by_hand::sqlite_to_lmdb_by_row(at.from, at.to, n, options()); }
};

struct to_sqlite {
  places const& at;
  bool durable = false;

  void prepare() const { prepare_sqlite(at.to); }
  zddm::backfill::coverage run(std::function<void()> const& after_page = {}) const {
    zddm::sqlite::database d(at.to, sqlite_options(durable));
    sqlite_rows s(d, {table});
    return at.run(s, after_page);
  }
  std::uint64_t ours() const { return run().copied; }
  std::uint64_t by_hand() const { return bench::by_hand::sqlite_to_sqlite(at.from, at.to, batch, durable); }
  void by_row(std::uint64_t n) const { bench::by_hand::sqlite_to_sqlite_by_row(at.from, at.to, n); }
};

} // namespace bench
