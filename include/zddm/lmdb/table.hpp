// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <lmdb.h>

#include <zddm/lmdb/environment.hpp>
#include <zddm/lmdb/fail.hpp>
#include <zddm/lmdb/side_databases.hpp>
#include <zddm/lmdb/transaction.hpp>

namespace zddm::lmdb {

/// One database with its side databases, in bytes. Without a name it is the main database, which then must hold no other named
/// databases than the side databases, and no keys that begin with ".zddm.".
class table {
public:
  /// Makes the database if it is not there.
  table(environment& env, std::string name) : env_(env), name_(std::move(name)), sides_(env.sides(name_)) {
    env_.alone([&](transaction& t) {
      values_ = *open_database(t, name_, MDB_CREATE);
      unsigned flags = 0;
      t.check(mdb_dbi_flags(t.native(), values_, &flags));
      if (flags & MDB_DUPSORT)
        refuse(138, env_.path(), "keeps several values a key in " + shown(), "Name a database with one value a key");
      key_flags_ = flags & (MDB_INTEGERKEY | MDB_REVERSEKEY);
    });
  }

  environment& env() const noexcept { return env_; }
  database values() const noexcept { return values_; }
  side_databases const& sides() const noexcept { return sides_; }

  /// The key, if LMDB can hold it; else throws ZD-135.
  std::string_view fit(std::string_view key) const {
    if (key.empty()) refuse(135, env_.path(), "cannot hold an empty key", "Use a key of at least one byte");
    if (key.size() > env_.max_key_size())
      refuse(135, env_.path(), "cannot hold a key of " + std::to_string(key.size()) + " bytes",
             "Use keys of at most " + std::to_string(env_.max_key_size()) + " bytes, for example a hash of the long ones");
    if (ours(key))
      refuse(135, env_.path(), "keeps its own under keys that begin with .zddm.", "Use another key, or a named database");
    return key;
  }

  /// Whether a key of the main database is the name of a side database.
  bool ours(std::string_view key) const { return name_.empty() && key.starts_with(side_databases::infix); }

  template <class F> decltype(auto) read(F&& f) const { return env_.read(std::forward<F>(f)); }
  template <class F> auto write(F&& f) { return env_.write(std::forward<F>(f)); }

  /// Calls f(transaction const&, counters const&) on a snapshot; throws ZD-136 without side databases.
  template <class F> auto read_beside(F&& f) const {
    return with_sides([&] {
      return env_.read([&](transaction const& t) {
        using result = std::invoke_result_t<F&, transaction const&, counters const&>;
        return sides_.open ? std::optional<result>(f(t, counters_in(t))) : std::nullopt;
      });
    });
  }

  /// Calls f(transaction&, counters&) and keeps what it makes of the counters; throws ZD-136 without side databases.
  template <class F> auto write_beside(F&& f) {
    return with_sides([&] {
      return env_.write([&](transaction& t) {
        std::optional<std::invoke_result_t<F&, transaction&, counters&>> result;
        if (!sides_.open) return result;
        counters const before = counters_in(t);
        counters c = before;
        result.emplace(f(t, c));
        if (c != before) c.write(t, sides_);
        return result;
      });
    });
  }

  /// Calls f until it returns something; opens the side databases in between, and throws ZD-136 if they are not there.
  template <class F> auto with_sides(F&& f) const {
    for (;;) {
      if (auto result = f()) return std::move(*result);
      if (!open_sides()) no_sides();
    }
  }

  counters counters_in(transaction const& t) const {
    auto const found = counters::read(t, sides_);
    return found ? *found : no_sides();
  }

  /// Makes the side databases that are not there.
  void create_sides() {
    env_.alone(
        [&](transaction& t) {
          sides_.reopen(t, name_, key_flags_, MDB_CREATE);
          if (!counters::read(t, sides_)) counters::fresh().write(t, sides_);
          return true;
        },
        [&] { sides_.open = true; });
  }

  void drop_sides() {
    env_.alone([&](transaction& t) {
      if (sides_.reopen(t, name_, key_flags_, 0)) sides_.drop(t);
    });
  }

  /// Drops the rows and what stands beside them, but for the counters, which go on.
  void clear() {
    bool const sides = open_sides();
    env_.write([&](transaction& t) {
      clear_rows(t);
      auto c = sides && sides_.open ? counters::read(t, sides_) : std::nullopt;
      if (!c) return;
      for (database const db : {sides_.intents, sides_.versions, sides_.marks}) t.check(mdb_drop(t.native(), db, 0));
      c->floor = ++c->sequence;
      c->sealed = false;
      c->write(t, sides_);
    });
  }

  std::uint64_t size() const {
    return env_.read([&](transaction const& t) {
      std::uint64_t n = t.entries(values_);
      if (name_.empty()) {
        cursor at(t, values_);
        for (bool more = at.above(side_databases::infix); more && ours(at.key()); more = at.next()) --n;
      }
      return n;
    });
  }

private:
  std::string shown() const { return name_.empty() ? "the main database" : "database " + name_; }

  [[noreturn]] counters no_sides() const {
    refuse(136, env_.path(), "has no records beside " + shown(), "Run zd prepare, or call create_records");
  }

  bool open_sides() const {
    bool found = false;
    env_.alone([&](transaction& t) { found = sides_.reopen(t, name_, key_flags_, 0); }, [&] { sides_.open = found; });
    return found;
  }

  void clear_rows(transaction& t) {
    if (!name_.empty()) return t.check(mdb_drop(t.native(), values_, 0));
    cursor at(t, values_);
    for (bool more = at.first(); more; more = at.next())
      if (!ours(at.key())) at.erase();
  }

  environment& env_;
  std::string const name_;
  side_databases& sides_;
  database values_ = 0;
  unsigned key_flags_ = 0;
};

} // namespace zddm::lmdb
