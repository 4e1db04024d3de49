// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/tables.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <tools/postgres.hpp>
#include <tools/processes.hpp>

using namespace zddm::postgres;
using zddm::store_error;

namespace {

tables const pair{"pair of tables",
                  3,
                  {"pair_head", "pair_tail"},
                  "SELECT zddm_format::int8, written_by::text FROM pair_head",
                  {"CREATE TABLE pair_tail (n int)", "CREATE TABLE pair_head (zddm_format int8, written_by text)",
                   "INSERT INTO pair_head VALUES ($1::int8, $2::text)"}};

store_error refusal(std::string const& url, options o = {}) {
  database d(url, o);
  try {
    claim(d, {pair});
  } catch (store_error const& e) {
    return e;
  }
  return {zddm::error_class::transient, "they were taken"};
}

std::string fresh() { return test::postgres_server::shared().fresh(); }

} // namespace

TEST_CASE("postgres tables: made once, and known again") {
  auto const url = fresh();
  CHECK(refusal(url, {.create = false}).code() == 233);
  database d(url);
  claim(d, {pair});
  claim(d, {pair});
  auto const row = d.run(query("SELECT zddm_format, written_by FROM pair_head"), effect::none);
  REQUIRE(row.rows() == 1);
  CHECK(row.integer(0, 0) == 3);
  CHECK(row.bytes(0, 1) == ZDDM_VERSION);
}

TEST_CASE("postgres tables: what has their names and is something else is left alone, each of them") {
  for (auto const& name : pair.names) {
    auto const url = fresh();
    test::postgres_server::execute(url, "CREATE TABLE " + name + " (n int)");
    auto const e = refusal(url);
    CHECK(e.code() == 230);
    CHECK(std::string(e.what()).find("no pair of tables of zddm") != std::string::npos);
    database d(url);
    CHECK(d.run(query("SELECT count(*) FROM pg_class WHERE relname LIKE 'pair%'"), effect::none).integer(0, 0) == 1);
  }
}

TEST_CASE("postgres tables: another format is refused, and nobody's too") {
  auto const url = fresh();
  database d(url);
  claim(d, {pair});
  test::postgres_server::execute(url, "UPDATE pair_head SET zddm_format = 4, written_by = '9.8.7'");
  auto const newer = refusal(url);
  CHECK(newer.code() == 231);
  CHECK(std::string(newer.what()).find("format 4, written by zddm 9.8.7") != std::string::npos);
  test::postgres_server::execute(url, "DELETE FROM pair_head");
  CHECK(refusal(url).code() == 231);
}

TEST_CASE("postgres tables: of several all that are missing are made, or none") {
  tables const single{
      "single table",
      1,
      {"single"},
      "SELECT zddm_format::int8, written_by::text FROM single",
      {"CREATE TABLE single (zddm_format int8, written_by text)", "INSERT INTO single VALUES ($1::int8, $2::text)"}};
  auto const url = fresh();
  database d(url);
  claim(d, {single});
  claim(d, {pair, single});
  CHECK(d.run(query("SELECT count(*) FROM pair_head, single"), effect::none).integer(0, 0) == 1);

  auto const other = fresh();
  test::postgres_server::execute(other, "CREATE TABLE single (n int)");
  database e(other);
  CHECK_THROWS_AS(claim(e, {pair, single}), store_error);
  CHECK(e.run(query("SELECT to_regclass('pair_head') IS NULL"), effect::none).integer(0, 0) == 1);
}

TEST_CASE("postgres tables: where the server goes down while they are made, nobody says that they were not") {
  test::postgres_server own;
  database d(own.url());
  auto dying = pair;
  dying.make.insert(dying.make.begin(), "COPY (SELECT 1) TO PROGRAM 'kill -QUIT $(head -1 postmaster.pid); sleep 5'");
  try {
    claim(d, {dying});
    FAIL_CHECK("the server went on");
  } catch (store_error const& e) {
    CHECK(e.kind() == zddm::error_class::unknown_outcome);
  }
}

TEST_CASE("postgres tables: several make them at once") {
  auto const url = fresh();
  CHECK(test::in_processes(6, [&](int) {
    database d(url);
    claim(d, {pair});
    return d.run(query("SELECT count(*) FROM pair_head"), effect::none).integer(0, 0) == 1;
  }));
}

TEST_CASE("postgres tables: who looks while another makes them sees none or all, and takes them for nothing else") {
  auto const url = fresh();
  CHECK(test::in_processes(3, [&](int number) {
    database d(url, {.create = number == 0});
    for (int round = 0; round < 20; ++round) {
      auto const head = "head_" + std::to_string(round), tail = "tail_" + std::to_string(round);
      auto const format_of = "SELECT zddm_format::int8, written_by::text FROM " + head;
      auto const make_tail = "CREATE TABLE " + tail + " (n int)";
      auto const make_head = "CREATE TABLE " + head + " (zddm_format int8, written_by text)";
      auto const fill = "INSERT INTO " + head + " VALUES ($1::int8, $2::text)";
      // Names that nobody makes let a look last long enough for the tables to be made in the midst of it.
      std::vector<std::string> names(20'000, "nothing");
      names.insert(names.end(), {head, tail});
      tables const one{"pair of tables", 1, names, format_of.c_str(), {make_tail.c_str(), make_head.c_str(), fill.c_str()}};
      for (bool there = false; !there;) try {
          claim(d, {one});
          there = true;
        } catch (store_error const& e) {
          if (e.code() != 233) throw;
        }
    }
    return true;
  }));
}
