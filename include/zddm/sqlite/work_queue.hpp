// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <zddm/backfill/work_queue.hpp>
#include <zddm/sqlite/boot.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/transaction.hpp>

namespace zddm::sqlite {

/// A `backfill::work_queue` in a SQLite file, for the threads and processes of one machine. The file may hold other tables, and
/// the queues of other names. No lease outlives a restart of the machine.
class work_queue {
public:
  /// Makes the file and the tables where they are missing and may be made.
  work_queue(std::filesystem::path const& path, std::string_view name, sqlite::options options = {})
      : database_(path, options), name_(name), boot_(boot::id()) {
    auto s = database_.session();
    transaction t(s, access::write);
    s.connection().execute("CREATE TABLE IF NOT EXISTS zddm_plans (id INTEGER PRIMARY KEY AUTOINCREMENT,"
                           " name TEXT NOT NULL UNIQUE, items INTEGER NOT NULL, text TEXT NOT NULL)");
    s.connection().execute("CREATE TABLE IF NOT EXISTS zddm_work (plan INTEGER NOT NULL, item INTEGER NOT NULL,"
                           " state INTEGER NOT NULL, token INTEGER NOT NULL, attempts INTEGER NOT NULL, boot TEXT NOT NULL,"
                           " expires INTEGER NOT NULL, worker TEXT NOT NULL, note TEXT NOT NULL, reason TEXT NOT NULL,"
                           " PRIMARY KEY (plan, item)) WITHOUT ROWID");
    t.commit();
  }

  bool make(std::string_view text, std::uint64_t items) {
    auto s = database_.session();
    transaction t(s, access::write);
    {
      auto q = s.run(make_);
      q.bind_text(1, name_);
      q.bind_integer(2, static_cast<std::int64_t>(items));
      q.bind_text(3, text);
      if (!q.step()) return false;
      auto const plan = q.integer(0);
      auto fill = s.run(fill_);
      fill.bind_integer(1, plan);
      fill.bind_integer(2, static_cast<std::int64_t>(items));
      fill.finish();
    }
    t.commit();
    return true;
  }

  std::optional<backfill::planned> plan() {
    auto s = database_.session();
    auto q = s.run(plan_);
    q.bind_text(1, name_);
    if (!q.step()) return std::nullopt;
    return backfill::planned{number(q, 0), number(q, 1), std::string(q.bytes(2))};
  }

  std::vector<backfill::task> claim(std::uint64_t plan, std::string_view worker, backfill::wanted const& w,
                                    std::chrono::milliseconds lease) {
    auto s = database_.session();
    transaction t(s, access::write);
    std::vector<backfill::task> got;
    {
      auto q = s.run(claim_);
      bind_plan(q, plan);
      q.bind_integer(4, (boot::time() + lease).count());
      q.bind_text(5, worker);
      q.bind_integer(6, bounded(w.first));
      q.bind_integer(7, bounded(w.last));
      q.bind_integer(8, bounded(w.most));
      while (q.step()) got.push_back({plan, number(q, 0), number(q, 1), number(q, 2), std::string(q.bytes(3)), lease});
    }
    t.commit();
    std::ranges::sort(got, {}, &backfill::task::item);
    return got;
  }

  bool report(backfill::task const& t, backfill::report const& r) {
    auto s = database_.session();
    transaction all(s, access::write);
    {
      auto q = s.run(report_);
      bind_plan(q, t.plan);
      q.bind_integer(4, static_cast<std::int64_t>(t.item));
      q.bind_integer(5, static_cast<std::int64_t>(t.token));
      q.bind_integer(6, static_cast<std::int64_t>(r.to));
      q.bind_integer(7, (boot::time() + t.lease).count());
      if (r.note)
        q.bind_text(8, *r.note);
      else
        q.bind_null(8);
      q.bind_text(9, r.reason);
      q.finish();
      if (q.changes() == 0) return false;
    }
    all.commit();
    return true;
  }

  std::vector<backfill::item> items(std::uint64_t plan) {
    auto s = database_.session();
    auto q = s.run(items_);
    bind_plan(q, plan);
    std::vector<backfill::item> found;
    while (q.step())
      found.push_back({number(q, 0), static_cast<backfill::work>(q.integer(1)), number(q, 2), std::string(q.bytes(3)),
                       std::string(q.bytes(4)), std::string(q.bytes(5)), std::chrono::milliseconds(q.integer(6))});
    return found;
  }

  backfill::counts counts(std::uint64_t plan) {
    auto s = database_.session();
    auto q = s.run(counts_);
    bind_plan(q, plan);
    q.step();
    return {number(q, 0), number(q, 1), number(q, 2), number(q, 3)};
  }

  std::uint64_t reopen(std::uint64_t plan) {
    auto s = database_.session();
    transaction t(s, access::write);
    auto opened = std::uint64_t{0};
    {
      auto q = s.run(reopen_);
      q.bind_integer(1, static_cast<std::int64_t>(plan));
      q.finish();
      opened = q.changes();
    }
    t.commit();
    return opened;
  }

  void forget() {
    auto s = database_.session();
    transaction t(s, access::write);
    for (auto const number : {forget_work_, forget_plan_}) {
      auto q = s.run(number);
      q.bind_text(1, name_);
      q.finish();
    }
    t.commit();
  }

private:
  /// SQLite's integers are signed.
  static std::int64_t bounded(std::uint64_t n) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(n, std::numeric_limits<std::int64_t>::max()));
  }
  static std::uint64_t number(statement const& q, int at) { return static_cast<std::uint64_t>(q.integer(at)); }

  /// Parameters 1 to 3 of every statement on items: the plan, and what says that a lease still runs.
  void bind_plan(statement& q, std::uint64_t plan) const {
    q.bind_integer(1, static_cast<std::int64_t>(plan));
    q.bind_text(2, boot_);
    q.bind_integer(3, boot::time().count());
  }

  static std::string with_state(std::string_view sql) {
    std::string const at = "(CASE WHEN state = 1 AND NOT (boot = ?2 AND expires >= ?3) THEN 0 ELSE state END)";
    std::string text;
    for (char const c : sql) c == '@' ? text += at : text += c;
    return text;
  }

  database database_;
  std::string name_;
  std::string boot_;
  std::size_t make_ = database_.statement("INSERT INTO zddm_plans (name, items, text) VALUES (?1, ?2, ?3)"
                                          " ON CONFLICT (name) DO NOTHING RETURNING id");
  std::size_t fill_ =
      database_.statement("WITH RECURSIVE n (i) AS (SELECT 0 WHERE ?2 > 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)"
                          " INSERT INTO zddm_work SELECT ?1, i, 0, 0, 0, '', 0, '', '', '' FROM n");
  std::size_t plan_ = database_.statement("SELECT id, items, text FROM zddm_plans WHERE name = ?1");
  std::size_t claim_ = database_.statement(with_state(
      "UPDATE zddm_work SET state = 1, token = token + 1, attempts = attempts + 1, boot = ?2, expires = ?4, worker = ?5"
      " WHERE plan = ?1 AND item IN (SELECT item FROM zddm_work WHERE plan = ?1 AND item BETWEEN ?6 AND ?7 AND @ = 0"
      " ORDER BY item LIMIT ?8) RETURNING item, token, attempts, note"));
  std::size_t report_ = database_.statement(
      with_state("UPDATE zddm_work SET state = ?6, expires = ?7, note = coalesce(?8, note),"
                 " reason = CASE WHEN ?9 = '' THEN reason ELSE ?9 END, attempts = attempts - (?6 = 0 AND ?9 = '')"
                 " WHERE plan = ?1 AND item = ?4 AND token = ?5 AND @ = 1"));
  std::size_t items_ = database_.statement(
      with_state("SELECT item, @, attempts, note, reason, worker, CASE WHEN @ = 1 THEN expires - ?3 ELSE 0 END FROM zddm_work"
                 " WHERE plan = ?1 ORDER BY item"));
  std::size_t counts_ = database_.statement(
      with_state("SELECT total(@ = 0), total(@ = 1), total(@ = 2), total(@ = 3) FROM zddm_work WHERE plan = ?1"));
  std::size_t reopen_ = database_.statement("UPDATE zddm_work SET state = 0 WHERE plan = ?1 AND state = 3");
  std::size_t forget_work_ =
      database_.statement("DELETE FROM zddm_work WHERE plan IN (SELECT id FROM zddm_plans WHERE name = ?1)");
  std::size_t forget_plan_ = database_.statement("DELETE FROM zddm_plans WHERE name = ?1");
};

} // namespace zddm::sqlite
