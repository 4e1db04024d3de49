// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/database.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <tools/postgres.hpp>
#include <tools/processes.hpp>

using zddm::error_class;
using zddm::store_error;
using zddm::postgres::database;
using zddm::postgres::effect;
using zddm::postgres::query;

namespace {

std::int64_t session(database& d) { return d.run(query("SELECT pg_backend_pid()"), effect::none).integer(0, 0); }

} // namespace

TEST_CASE("postgres database: calls one after the other share a connection, threads have their own") {
  database d(test::postgres_server::shared().url());
  auto const first = session(d);
  CHECK(session(d) == first);
  std::atomic<int> inside{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      // Waits until all four hold the lock: they are inside at once.
      d.run(std::array{query("SELECT pg_advisory_xact_lock_shared(77)"), query("SELECT pg_sleep(0.2)")}, effect::none);
      ++inside;
    });
  for (auto& t : threads) t.join();
  CHECK(inside == 4);
}

TEST_CASE("postgres database: a refused statement costs no connection, a broken one is replaced") {
  auto& server = test::postgres_server::shared();
  database d(server.url());
  auto const first = session(d);
  CHECK_THROWS_AS(d.run(query("SELECT * FROM nowhere"), effect::none), store_error);
  CHECK(session(d) == first);
  server.execute("SELECT pg_terminate_backend(" + std::to_string(first) + ", 10000)");
  auto const second = session(d);
  CHECK(second != first);
  CHECK(session(d) == second);
}

TEST_CASE("postgres database: it comes back with the server") {
  test::postgres_server server;
  database d(server.url());
  session(d);
  for (std::string const mode : {"fast", "immediate"}) {
    server.stop(mode);
    try {
      session(d);
      FAIL("the server is down");
    } catch (store_error const& e) {
      CHECK(e.kind() == error_class::transient);
    }
    server.start();
    CHECK(session(d) > 0);
  }
}

TEST_CASE("postgres database: a server that takes no more writes is left for one that does") {
  test::postgres_server first;
  auto& second = test::postgres_server::shared();
  auto const ports = std::to_string(first.port()) + "," + std::to_string(second.port());
  database d("host=127.0.0.1,127.0.0.1 user=postgres dbname=postgres port=" + ports);
  auto const written_at = [&] {
    std::array const batch{query("COMMENT ON DATABASE postgres IS 'written'"), query("SELECT inet_server_port()")};
    return d.run(batch, effect::write).back().integer(0, 0);
  };
  CHECK(written_at() == first.port());
  first.execute("ALTER SYSTEM SET default_transaction_read_only = on");
  first.execute("SELECT pg_reload_conf()");
  int refused = 0;
  for (bool passed_on = false; !passed_on && refused < 3;) try {
      passed_on = written_at() == second.port();
    } catch (store_error const& e) {
      ++refused;
      CHECK(e.code() == 153);
      CHECK(e.kind() == error_class::transient);
    }
  CHECK(refused <= 1);
  CHECK(written_at() == second.port());
}

TEST_CASE("postgres database: a forked process has connections of its own and leaves its parent's alone") {
  database d(test::postgres_server::shared().url());
  auto const mine = session(d);
  CHECK(test::in_processes(3, [&](int) {
    auto const own = session(d);
    return own != mine && session(d) == own;
  }));
  CHECK(session(d) == mine);
}
