// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/connection.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <tools/postgres.hpp>
#include <tools/scratch.hpp>

using namespace std::chrono_literals;
using zddm::error_class;
using zddm::store_error;
using namespace zddm::postgres;

namespace {

constexpr options brisk{.connect_timeout = 2s, .call_timeout = 1s};

template <class F> store_error failing(F f) {
  try {
    f();
  } catch (store_error const& e) {
    return e;
  }
  return {error_class::permanent, "nothing failed", 101};
}

result one(connection& c, char const* sql, effect does = effect::none) {
  return std::move(c.run(std::array{query(sql)}, does).back());
}

/// A port that accepts and says nothing; one that is `full` does not even accept.
class silent_port {
public:
  explicit silent_port(bool full = false) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(socket_, full ? 0 : 8) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    number = ntohs(at.sin_port);
    for (int i = 0; full && i < 4; ++i) {
      waiting_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      ::connect(waiting_.back(), reinterpret_cast<sockaddr*>(&at), size);
    }
  }
  silent_port(silent_port const&) = delete;
  ~silent_port() {
    for (int const s : waiting_) ::close(s);
    ::close(socket_);
  }

  /// Accepts one connection and ends it.
  void cut() { ::close(::accept(socket_, nullptr, nullptr)); }

  int number = 0;

private:
  int socket_;
  std::vector<int> waiting_;
};

} // namespace

TEST_CASE("postgres connection: all statements of a call, or none, and it serves on") {
  auto const url = test::postgres_server::shared().fresh();
  connection c(url, {});
  auto const answers =
      c.run(std::array{query("CREATE TABLE t (n int8 UNIQUE)"), query("INSERT INTO t VALUES ($1::int8) RETURNING n").integer(7)},
            effect::write);
  REQUIRE(answers.size() == 2);
  CHECK(answers[1].integer(0, 0) == 7);
  auto const refused = failing([&] {
    c.run(std::array{query("INSERT INTO t VALUES (8)"), query("INSERT INTO t VALUES (7)"), query("INSERT INTO t VALUES (9)")},
          effect::write);
  });
  CHECK(refused.code() == 155);
  CHECK(std::string(refused.what()).find("23505") != std::string::npos);
  CHECK(c.intact());
  CHECK(one(c, "SELECT count(*) FROM t").integer(0, 0) == 1);
}

TEST_CASE("postgres connection: each statement sees the last commit, whatever the database is set to") {
  auto const url = test::postgres_server::shared().fresh();
  auto const name = url.substr(url.rfind('/') + 1);
  test::postgres_server::execute(url, "ALTER DATABASE " + name + " SET default_transaction_isolation = 'serializable'");
  test::postgres_server::execute(url, "ALTER DATABASE " + name + " SET synchronous_commit = off");
  connection c(url, {});
  CHECK(one(c, "SHOW transaction_isolation").bytes(0, 0) == "read committed");
  CHECK(one(c, "SHOW synchronous_commit").bytes(0, 0) == "on");
}

TEST_CASE("postgres connection: a server that is not there is transient, a wrong login permanent, and no secret is told") {
  auto& server = test::postgres_server::shared();
  auto const port = std::to_string(server.port());
  auto const absent = failing([] { connection const c("host=127.0.0.1 port=1 password=hunter2 dbname=x", brisk); });
  CHECK(absent.kind() == error_class::transient);
  CHECK(absent.code() == 150);
  auto const wrong = failing([&] { connection const c("postgres://secret:hunter2@127.0.0.1:" + port + "/postgres", brisk); });
  CHECK(wrong.kind() == error_class::permanent);
  CHECK(wrong.code() == 151);
  CHECK(std::string(wrong.what()).find("28P01") != std::string::npos);
  auto const missing = failing([&] { connection const c("postgres://secret@127.0.0.1:" + port + "/postgres", brisk); });
  CHECK(missing.code() == 151);
  CHECK(std::string(missing.what()).find("password, and none") != std::string::npos);
  auto const nowhere = failing([&] { connection const c("postgres://postgres:hunter2@127.0.0.1:" + port + "/nowhere", brisk); });
  CHECK(nowhere.kind() == error_class::permanent);
  CHECK(std::string(nowhere.what()).find("3D000") != std::string::npos);
  for (auto const& e : {absent, wrong, missing, nowhere}) CHECK(std::string(e.what()).find("hunter2") == std::string::npos);
  connection const right("postgres://secret:open%20sesame@127.0.0.1:" + port + "/postgres", {});
  CHECK(right.intact());
}

TEST_CASE("postgres connection: what the server remarks is not written on the program's standard error") {
  auto const url = test::postgres_server::shared().fresh();
  test::postgres_server::execute(url, "ALTER DATABASE " + url.substr(url.rfind('/') + 1) + " SET default_tablespace = nowhere");
  test::scratch const folder;
  auto const file = folder / "said";
  int const kept = ::dup(STDERR_FILENO), into = ::open(file.c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(into, STDERR_FILENO);
  connection c(url, {});
  one(c, "DO $$ BEGIN RAISE WARNING 'a remark'; END $$");
  ::dup2(kept, STDERR_FILENO);
  for (int const fd : {kept, into}) ::close(fd);
  CHECK(one(c, "SHOW default_tablespace").bytes(0, 0).empty());
  CHECK(test::read_file(file).empty());
}

TEST_CASE("postgres connection: of several hosts the first that takes writes serves") {
  auto& server = test::postgres_server::shared();
  auto const port = std::to_string(server.port());
  connection c("postgres://postgres@127.0.0.1:1,127.0.0.1:" + port + "/postgres", {});
  CHECK(one(c, "SELECT 7").integer(0, 0) == 7);
  auto const url = server.fresh();
  test::postgres_server::execute(url,
                                 "ALTER DATABASE " + url.substr(url.rfind('/') + 1) + " SET default_transaction_read_only = on");
  auto const e = failing([&] { connection const reads_only(url, brisk); });
  CHECK(e.kind() == error_class::transient);
  CHECK(std::string(e.what()).find("read-only") != std::string::npos);
}

TEST_CASE("postgres connection: a port that accepts and says nothing is given up") {
  silent_port const port;
  auto const start = std::chrono::steady_clock::now();
  auto const e =
      failing([&] { connection const c("postgres://postgres@127.0.0.1:" + std::to_string(port.number) + "/x", brisk); });
  CHECK(e.kind() == error_class::transient);
  CHECK(std::string(e.what()).find("no answer in time") != std::string::npos);
  auto const took = std::chrono::steady_clock::now() - start;
  CHECK(took >= 2s);
  CHECK(took < 20s);
}

TEST_CASE("postgres connection: a host that says nothing takes no time of the next") {
  auto& server = test::postgres_server::shared();
  for (bool const full : {false, true}) {
    silent_port const silent(full);
    auto const ports = std::to_string(silent.number) + "," + std::to_string(server.port());
    auto const start = std::chrono::steady_clock::now();
    connection c("host=127.0.0.1,127.0.0.1 user=postgres dbname=postgres port=" + ports, brisk);
    CHECK(std::chrono::steady_clock::now() - start >= 1s);
    CHECK(one(c, "SELECT 7").integer(0, 0) == 7);
  }
}

TEST_CASE("postgres connection: a host that cuts the connection off is passed over, one that refuses the login is not") {
  auto& server = test::postgres_server::shared();
  auto const port = std::to_string(server.port());
  silent_port gone;
  std::jthread const cut([&] { gone.cut(); });
  connection c("host=127.0.0.1,127.0.0.1 user=postgres dbname=postgres port=" + std::to_string(gone.number) + "," + port, brisk);
  CHECK(one(c, "SELECT 7").integer(0, 0) == 7);
  auto const e = failing([&] {
    connection const wrong("host=127.0.0.1,127.0.0.1 user=secret password=hunter2 dbname=postgres port=" + port, brisk);
  });
  CHECK(e.code() == 151);
}

TEST_CASE("postgres connection: where no host serves, the reason of each is told") {
  auto& server = test::postgres_server::shared();
  auto const url = server.fresh();
  auto const name = url.substr(url.rfind('/') + 1);
  test::postgres_server::execute(url, "ALTER DATABASE " + name + " SET default_transaction_read_only = on");
  silent_port const silent;
  auto const e = failing([&] {
    connection const c("host=127.0.0.1,127.0.0.1,127.0.0.1 user=postgres dbname=" + name +
                           " port=" + std::to_string(silent.number) + ",1," + std::to_string(server.port()),
                       brisk);
  });
  CHECK(e.kind() == error_class::transient);
  CHECK(e.code() == 150);
  for (std::string const why : {"no answer in time; ", "refused; ", "read-only)"})
    CHECK(std::string(e.what()).find(why) != std::string::npos);
}

TEST_CASE("postgres connection: signals neither end the wait for a host nor prolong it") {
  struct sigaction quiet{};
  struct sigaction before{};
  quiet.sa_handler = [](int) {};
  ::sigaction(SIGUSR1, &quiet, &before);
  for (bool const full : {true, false}) {
    silent_port const silent(full);
    std::atomic<bool> over{false};
    std::thread disturbing([&, target = ::pthread_self()] {
      for (; !over; std::this_thread::sleep_for(20ms)) ::pthread_kill(target, SIGUSR1);
    });
    auto const start = std::chrono::steady_clock::now();
    auto const e = failing([&] {
      connection const c("postgres://postgres@127.0.0.1:" + std::to_string(silent.number) + "/x?tcp_user_timeout=40000", brisk);
    });
    auto const took = std::chrono::steady_clock::now() - start;
    over = true;
    disturbing.join();
    CHECK(std::string(e.what()).find("no answer in time") != std::string::npos);
    CHECK(took >= 2s);
    CHECK(took < 20s);
  }
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("postgres connection: cut off in a read it is transient, in a write nobody knows") {
  auto& server = test::postgres_server::shared();
  for (auto const does : {effect::none, effect::write}) {
    connection c(server.url(), {.call_timeout = 60s});
    auto const pid = one(c, "SELECT pg_backend_pid()").integer(0, 0);
    std::thread other([&] {
      std::this_thread::sleep_for(100ms);
      server.execute("SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
    });
    auto const e = failing([&] { one(c, "SELECT pg_sleep(50)", does); });
    other.join();
    CHECK(e.kind() == (does == effect::none ? error_class::transient : error_class::unknown_outcome));
    CHECK(e.code() == (does == effect::none ? 150 : 154));
    CHECK(std::string(e.what()).find("57P01") != std::string::npos);
    CHECK_FALSE(c.intact());
    auto const again = failing([&] { one(c, "SELECT 1"); });
    CHECK(again.kind() == error_class::transient);
  }
}

TEST_CASE("postgres connection: a server that falls silent in a call is given up") {
  test::postgres_server server;
  connection c(server.url(), brisk);
  CHECK(c.quiet());
  for (auto const does : {effect::none, effect::write}) {
    connection mine(server.url(), brisk);
    server.pause();
    auto const start = std::chrono::steady_clock::now();
    auto const e = failing([&] { one(mine, "SELECT 1", does); });
    CHECK(std::chrono::steady_clock::now() - start < 20s);
    CHECK(e.kind() == (does == effect::none ? error_class::transient : error_class::unknown_outcome));
    CHECK(std::string(e.what()).find("no answer in time") != std::string::npos);
    server.resume();
  }
  server.stop();
  CHECK_FALSE(c.quiet());
}
