// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/backfill/work_queue.hpp>
#include <zddm/postgres/address.hpp>
#include <zddm/postgres/database.hpp>
#include <zddm/postgres/options.hpp>
#include <zddm/postgres/query.hpp>
#include <zddm/postgres/result.hpp>
#include <zddm/postgres/tables.hpp>

namespace zddm::postgres {

/// A `backfill::work_queue` in tables of a PostgreSQL database, for the workers of any number of machines. Queues of several
/// names share the tables. Leases run on the server's clock.
class work_queue {
public:
  /// Makes the tables if they are missing and may be made. Throws `store_error`, and changes nothing, if the server cannot be
  /// reached, or (permanent) as `claim` of the tables does.
  work_queue(address at, std::string_view name, postgres::options o = {})
      : work_queue(std::make_shared<database>(std::move(at), o), name) {
    postgres::claim(*database_, {made_of()});
  }

  /// The same over a database whose tables are made.
  work_queue(std::shared_ptr<database> d, std::string_view name) : database_(std::move(d)), name_(name) {}

  /// Its tables.
  static tables made_of() {
    return {"work queue",
            1,
            {"zddm_queues", "zddm_plans", "zddm_work"},
            "SELECT zddm_format::int8, written_by::text FROM zddm_queues",
            {"CREATE TABLE zddm_plans (id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name bytea NOT NULL UNIQUE,"
             " items int8 NOT NULL, text bytea NOT NULL)",
             "CREATE TABLE zddm_work (plan int8, item int8, state int2 NOT NULL DEFAULT 0, token int8 NOT NULL DEFAULT 0,"
             " attempts int8 NOT NULL DEFAULT 0, expires timestamptz NOT NULL DEFAULT 'epoch',"
             " worker bytea NOT NULL DEFAULT '', note bytea NOT NULL DEFAULT '', reason bytea NOT NULL DEFAULT '',"
             " PRIMARY KEY (plan, item))",
             "CREATE INDEX zddm_unended ON zddm_work (plan, item) WHERE state < 2",
             "CREATE TABLE zddm_queues (zddm_format int8 NOT NULL, written_by text NOT NULL)",
             "INSERT INTO zddm_queues VALUES ($1::int8, $2::text)"}};
  }

  bool make(std::string_view text, std::uint64_t items) {
    return database_->run(query(make_).bytes(name_).integer(number(items)).bytes(text), effect::write).integer(0, 0) == 1;
  }

  std::optional<backfill::planned> plan() {
    auto const found =
        database_->run(query("SELECT id, items, text FROM zddm_plans WHERE name = $1::bytea").bytes(name_), effect::none);
    if (found.rows() == 0) return std::nullopt;
    return backfill::planned{count(found, 0, 0), count(found, 0, 1), std::string(found.bytes(0, 2))};
  }

  std::vector<backfill::task> claim(std::uint64_t plan, std::string_view worker, backfill::wanted const& w,
                                    std::chrono::milliseconds lease) {
    auto const found = database_->run(query(claim_)
                                          .integer(number(plan))
                                          .integer(number(w.first))
                                          .integer(number(w.last))
                                          .integer(number(w.most))
                                          .integer(lease.count())
                                          .bytes(worker),
                                      effect::write);
    std::vector<backfill::task> got;
    for (int i = 0; i < found.rows(); ++i)
      got.push_back({plan, count(found, i, 0), count(found, i, 1), count(found, i, 2), std::string(found.bytes(i, 3)), lease});
    std::ranges::sort(got, {}, &backfill::task::item);
    return got;
  }

  bool report(backfill::task const& t, backfill::report const& r) {
    query q(report_);
    q.integer(number(t.plan)).integer(number(t.item)).integer(number(t.token)).integer(static_cast<int>(r.to));
    q.integer(t.lease.count());
    if (r.note)
      q.bytes(*r.note);
    else
      q.null();
    return database_->run(q.bytes(r.reason), effect::write).rows() == 1;
  }

  std::vector<backfill::item> items(std::uint64_t plan) {
    auto const found = database_->run(query(items_).integer(number(plan)), effect::none);
    std::vector<backfill::item> all;
    for (int i = 0; i < found.rows(); ++i)
      all.push_back({count(found, i, 0), static_cast<backfill::work>(found.integer(i, 1)), count(found, i, 2),
                     std::string(found.bytes(i, 3)), std::string(found.bytes(i, 4)), std::string(found.bytes(i, 5)),
                     std::chrono::milliseconds(found.integer(i, 6))});
    return all;
  }

  backfill::counts counts(std::uint64_t plan) {
    auto const found = database_->run(query(counts_).integer(number(plan)), effect::none);
    return {count(found, 0, 0), count(found, 0, 1), count(found, 0, 2), count(found, 0, 3)};
  }

  std::uint64_t reopen(std::uint64_t plan) {
    return count(database_->run(query("WITH opened AS (UPDATE zddm_work SET state = 0 WHERE plan = $1::int8 AND state = 3"
                                      " RETURNING item) SELECT count(*) FROM opened")
                                    .integer(number(plan)),
                                effect::write),
                 0, 0);
  }

  void forget() {
    database_->run(query("WITH gone AS (DELETE FROM zddm_plans WHERE name = $1::bytea RETURNING id)"
                         " DELETE FROM zddm_work USING gone WHERE plan = gone.id")
                       .bytes(name_),
                   effect::write);
  }

private:
  static constexpr char const* make_ =
      "WITH made AS (INSERT INTO zddm_plans (name, items, text) VALUES ($1::bytea, $2::int8, $3::bytea)"
      "  ON CONFLICT (name) DO NOTHING RETURNING id),"
      " filled AS (INSERT INTO zddm_work (plan, item) SELECT id, i FROM made, generate_series(0, $2::int8 - 1) AS i)"
      " SELECT count(*) FROM made";
  /// What others are claiming at this moment is passed over instead of waited for.
  static constexpr char const* claim_ =
      "WITH free AS (SELECT item FROM zddm_work WHERE plan = $1::int8 AND item BETWEEN $2::int8 AND $3::int8 AND state < 2"
      "  AND (state = 0 OR expires < clock_timestamp()) ORDER BY item LIMIT $4::int8 FOR UPDATE SKIP LOCKED)"
      " UPDATE zddm_work AS w SET state = 1, token = w.token + 1, attempts = w.attempts + 1, worker = $6::bytea,"
      "  expires = clock_timestamp() + $5::int8 * interval '1 millisecond'"
      " FROM free WHERE w.plan = $1::int8 AND w.item = free.item RETURNING w.item, w.token, w.attempts, w.note";
  static constexpr char const* report_ =
      "UPDATE zddm_work SET state = $4::int2, expires = clock_timestamp() + $5::int8 * interval '1 millisecond',"
      "  note = coalesce($6::bytea, note), reason = CASE WHEN $7::bytea = '' THEN reason ELSE $7::bytea END,"
      "  attempts = attempts - ($4::int2 = 0 AND $7::bytea = '')::int"
      " WHERE plan = $1::int8 AND item = $2::int8 AND token = $3::int8 AND state = 1 AND expires >= clock_timestamp()"
      " RETURNING item";
  static constexpr char const* items_ =
      "SELECT item, CASE WHEN state = 1 AND expires < now THEN 0::int2 ELSE state END, attempts, note, reason, worker,"
      "  CASE WHEN state = 1 AND expires >= now THEN (extract(epoch FROM expires - now) * 1000)::int8 ELSE 0 END"
      " FROM zddm_work, clock_timestamp() AS now WHERE plan = $1::int8 ORDER BY item";
  static constexpr char const* counts_ = "SELECT count(*) FILTER (WHERE state = 0 OR state = 1 AND expires < now),"
                                         " count(*) FILTER (WHERE state = 1 AND expires >= now), count(*) FILTER (WHERE state = "
                                         "2), count(*) FILTER (WHERE state = 3)"
                                         " FROM zddm_work, clock_timestamp() AS now WHERE plan = $1::int8";

  static std::int64_t number(std::uint64_t n) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(n, std::numeric_limits<std::int64_t>::max()));
  }
  static std::uint64_t count(result const& r, int row, int column) { return static_cast<std::uint64_t>(r.integer(row, column)); }

  std::shared_ptr<database> database_;
  std::string name_;
};

} // namespace zddm::postgres
