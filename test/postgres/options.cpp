// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/options.hpp>

#include <chrono>

#include <doctest/doctest.h>

#include <tools/postgres.hpp>

using namespace std::chrono_literals;
using zddm::postgres::database;
using zddm::postgres::effect;
using zddm::postgres::query;

TEST_CASE("postgres options: a statement that takes too long is ended by the server, and nothing of it applied") {
  auto const url = test::postgres_server::shared().fresh();
  test::postgres_server::execute(url, "CREATE TABLE t (n int)");
  database d(url, {.call_timeout = 1s});
  auto const start = std::chrono::steady_clock::now();
  try {
    d.run(query("INSERT INTO t SELECT 1 FROM pg_sleep(30)"), effect::write);
    FAIL("it slept on");
  } catch (zddm::store_error const& e) {
    CHECK(e.kind() == zddm::error_class::transient);
    CHECK(e.code() == 152);
  }
  CHECK(std::chrono::steady_clock::now() - start < 20s);
  CHECK(d.run(query("SELECT count(*) FROM t"), effect::none).integer(0, 0) == 0);
}

TEST_CASE("postgres options: the defaults leave time to renew a lease") {
  zddm::postgres::options const o;
  CHECK(o.connect_timeout == 5s);
  CHECK(o.call_timeout == 5s);
  CHECK(o.create);
}
