// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/types.h>
#include <unistd.h>

#include <tools/scratch.hpp>
#include <zddm/postgres/database.hpp>

namespace test {

/// A PostgreSQL server of its own, made and started by test/tools/postgres.sh, gone with the process that made it.
class postgres_server {
public:
  explicit postgres_server(std::string addresses = "127.0.0.1") : addresses_(std::move(addresses)) { start(); }
  postgres_server(postgres_server const&) = delete;
  postgres_server& operator=(postgres_server const&) = delete;
  ~postgres_server() {
    if (owner_ == ::getpid()) order("stop", "immediate");
  }

  /// The server of this program, started with the first call and stopped at its end.
  static postgres_server& shared() {
    static postgres_server server;
    return server;
  }

  void start() {
    if (!order("start", std::to_string(::getpid()) + " '" + addresses_ + "'")) throw std::runtime_error("no PostgreSQL server");
    std::ifstream(folder_ / "port") >> port_;
  }
  void stop(std::string const& mode = "fast") {
    if (!order("stop", mode)) throw std::runtime_error("the PostgreSQL server does not stop");
  }

  /// SIGSTOP and SIGCONT for the server and every process that serves a connection: it is there and says nothing.
  void pause() const { signal_all(SIGSTOP); }
  void resume() const { signal_all(SIGCONT); }

  int port() const noexcept { return port_; }
  std::string url(std::string const& database = "postgres", std::string const& host = "127.0.0.1") const {
    return "postgres://postgres@" + host + ":" + std::to_string(port_) + "/" + database;
  }

  /// The URL of a database that holds nothing yet.
  std::string fresh() {
    auto const name = "db" + std::to_string(::getpid()) + "_" + std::to_string(++databases_);
    execute("CREATE DATABASE " + name + " STRATEGY file_copy");
    return url(name);
  }

  void execute(std::string const& sql) const { execute(url(), sql); }
  static void execute(std::string const& url, std::string const& sql) {
    zddm::postgres::database(url, {.call_timeout = std::chrono::minutes(1)})
        .run(zddm::postgres::query(sql.c_str()), zddm::postgres::effect::none);
  }

private:
  bool order(std::string const& what, std::string const& more) const {
    char const* const sources = std::getenv("ZDDM_SOURCE_DIR");
    auto const script = std::string(sources ? sources : ".") + "/test/tools/postgres.sh";
    return std::system(("sh '" + script + "' " + what + " '" + (folder_ / "") + "' " + more + " >/dev/null").c_str()) == 0;
  }

  void signal_all(int number) const {
    pid_t server = 0;
    std::ifstream(folder_ / "data/postmaster.pid") >> server;
    if (server <= 0) throw std::runtime_error("no PostgreSQL server");
    for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
      int const pid = std::atoi(entry.path().filename().c_str());
      auto const status = pid > 0 ? read_file(entry.path() / "status") : std::string();
      if (pid == server || status.find("PPid:\t" + std::to_string(server) + "\n") != std::string::npos) ::kill(pid, number);
    }
  }

  std::string addresses_;
  scratch folder_;
  pid_t owner_ = ::getpid();
  int port_ = 0;
  int databases_ = 0;
};

} // namespace test
