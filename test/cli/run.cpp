// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/run.hpp>

#include <array>
#include <csignal>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <cli/ground.hpp>
#include <tools/scratch.hpp>
#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/identity.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/lifecycle/state_store.hpp>
#include <zddm/memory/state_store.hpp>

using namespace zddm;
using namespace std::chrono_literals;
using lifecycle::row;

namespace {

struct bench {
  bench() : state(cli::shared_state::of(memory)) {}

  int operator()(std::vector<std::string> const& args) {
    std::istringstream in(typed);
    std::ostringstream data, talk;
    cli::environment const env([this](std::string const& name) {
      auto const it = variables.find(name);
      return it == variables.end() ? std::nullopt : std::optional<std::string>(it->second);
    });
    int const code = cli::run<ground::fields, ground::names>(args, {{in, data, talk}, env, &stop, own_state ? nullptr : &state});
    out = data.str();
    err = talk.str();
    return code;
  }
  row at(std::string_view name = "names") { return lifecycle::load(memory, name).value.now.at; }

  ground::place place;
  memory::state_store memory;
  cli::shared_state state;
  cli::interruption stop;
  std::map<std::string, std::string> variables;
  std::string typed, out, err;
  bool own_state = false;
};

} // namespace

TEST_CASE("run: a rollback waits for those who copy chunks, and leaves New empty") {
  bench zd;
  for (int i = 0; i < 200'000; ++i) zd.place.from.put(i, "v");
  CHECK(zd({"prepare", "names"}) == 0);
  CHECK(zd({"set", "names", "batch=1", "rate=2000"}) == 0);
  CHECK(zd({"migrate", "names", "--plan", "-"}) == 0);
  int code = 0;
  std::ostringstream data, talk;
  std::jthread other([&] {
    std::istringstream in;
    cli::environment const none([](std::string const&) { return std::nullopt; });
    code = cli::run<ground::names>({"migrate", "names", "--chunk", "0"}, {{in, data, talk}, none, nullptr, &zd.state});
  });
  while (zd.place.to.size() < 100) std::this_thread::yield();
  CHECK(zd({"rollback", "names"}) == 0);
  CHECK(zd.place.to.size() == 0);
  other.join();
  CHECK(zd.place.to.size() == 0);
  CHECK(code == 1);
  CHECK(talk.str().find("ZD-241") != std::string::npos);
  CHECK(zd({"prepare", "names"}) == 0);
}

TEST_CASE("run: the whole life, by commands alone, forward and back") {
  bench zd;
  for (int i = 0; i < 50; ++i) zd.place.from.put(i, std::to_string(i));
  CHECK(zd({"status"}) == 0);
  CHECK(zd({"prepare", "names"}) == 0);
  CHECK(zd.place.prepared == 1);
  CHECK(zd({"gate", "names", "10"}) == 0);
  CHECK(zd({"migrate", "names"}) == 0);
  CHECK(zd.place.to.size() == 50);
  CHECK(zd({"verify", "names"}) == 0);
  CHECK(zd({"switch", "names"}) == 0);
  CHECK(zd({"switchoff", "names"}) == 0);
  CHECK(zd({"rollback", "names"}) == 0);
  CHECK(zd.place.to.size() == 0);
  CHECK(zd.at() == row::unrun);

  CHECK(zd({"prepare"}) == 0);
  CHECK(zd({"migrate"}) == 0);
  CHECK(zd.place.migrated == 1);
  CHECK(zd({"switch"}) == 0);
  CHECK(zd({"complete"}) == 3);
  CHECK(zd({"complete", "--yes=names,fields"}) == 0);
  CHECK(zd({"destroy", "--yes=names,fields"}) == 0);
  CHECK(zd.place.destroyed == 1);
  CHECK(zd.at() == row::destroyed);
  CHECK(zd.at("fields") == row::destroyed);
  CHECK(zd({"rollback", "names"}) == 3);
  CHECK(zd({"history", "names"}) == 0);
  CHECK(zd.out.find("completed -> destroyed") != std::string::npos);
}

TEST_CASE("run: each kind of failure has its exit code and its error") {
  bench zd;
  CHECK(zd({}) == 2);
  CHECK(zd({"fly"}) == 2);
  CHECK(zd.err.find("error ZD-410") != std::string::npos);
  CHECK(zd({"prepare", "people"}) == 2);
  CHECK(zd({"switch", "names"}) == 3);
  CHECK(zd.err.find("(exit 3)") != std::string::npos);

  zd.place.fail_step = true;
  CHECK(zd({"prepare", "names"}) == 1);
  CHECK(zd.err.find("the step failed") != std::string::npos);
  zd.place.fail_step = false;
  zd.place.to.down = true;
  CHECK(zd({"prepare", "names"}) == 1);
  CHECK(zd.err.find("ZD-101: the store is down") != std::string::npos);
  zd.place.to.down = false;

  {
    lifecycle::operator_lease<memory::state_store> const other(zd.memory, "names", "zd migrate names");
    CHECK(zd({"prepare", "names"}) == 4);
    CHECK(zd.err.find("zd migrate names") != std::string::npos);
    CHECK(zd.err.find("zd unlock names\n") != std::string::npos);
  }
  lifecycle::handle h("names");
  lifecycle::member<memory::state_store> silent(zd.memory, h, {60s, 1ms, "silent", false});
  CHECK(zd({"prepare", "names", "--wait=20ms"}) == 6);
  CHECK(zd.err.find("(silent) is at epoch 0\n") != std::string::npos);
  lifecycle::lease dead{9, 0, 0, zd.memory.now().count() + 60'000, lifecycle::identity::self(), "0.1.0", "dead", ""};
  dead.owner.pid = 0x3fffffff;
  std::array<lifecycle::change, 1> const joined{
      {{lifecycle::lease_path("names", 9), 0, lifecycle::entry::encode("lease", dead)}}};
  REQUIRE(zd.memory.commit(joined));
  CHECK(zd({"prepare", "names", "--wait=20ms"}) == 6);
  CHECK(zd.err.find("(dead) is at epoch 0, and has ended: it counts until its lease is over") != std::string::npos);
}

TEST_CASE("run: stores that do not agree end with 5, and repair mends them") {
  bench zd;
  for (int i = 0; i < 5; ++i) zd.place.from.put(i, std::to_string(i));
  REQUIRE(zd({"prepare", "names"}) == 0);
  REQUIRE(zd({"migrate", "names"}) == 0);
  zd.place.to.put(3, "wrong");
  CHECK(zd({"verify", "names", "--values"}) == 5);
  CHECK(zd.out.find("wrong") != std::string::npos);
  CHECK(zd({"verify", "names"}) == 5);
  CHECK(zd.out.find("wrong") == std::string::npos);
  CHECK(zd({"switch", "names"}) == 3);
  CHECK(zd({"repair", "names"}) == 0);
  CHECK(*zd.place.to.get(3) == "3");
  CHECK(zd({"switch", "names"}) == 0);
}

TEST_CASE("run: a state store that cannot be used ends with 7") {
  bench zd;
  test::scratch const folder;
  zd.own_state = true;
  CHECK(zd({"status"}) == 2);
  CHECK(zd({"status", "--state", "sqlite:" + (folder / "none.db")}) == 7);
  test::write_file(folder / "text.db", "this is no database, but a text of some length that SQLite has to look at");
  CHECK(zd({"prepare", "--state", "sqlite:" + (folder / "text.db")}) == 7);
  zd.variables["ZD_STATE"] = "sqlite:" + (folder / "zd.db");
  CHECK(zd({"prepare", "names"}) == 0);
  CHECK(zd({"status", "--json"}) == 0);
  CHECK(zd.out.find("\"row\":\"prepared\"") != std::string::npos);
}

TEST_CASE("run: for programs every line of output is JSON, errors too") {
  bench zd;
  CHECK(zd({"prepare", "names", "--json"}) == 0);
  CHECK(zd({"complete", "names", "--json"}) == 3);
  std::istringstream lines(zd.out);
  for (std::string line; std::getline(lines, line);) CHECK(cli::json::parse(line)["schema"] == 1);
  CHECK(zd.err.empty());
  CHECK(zd({"fly", "--json"}) == 2);
  CHECK(cli::json::parse(zd.out)["exit"] == 2);
}

TEST_CASE("run: interrupted, it says how it goes on") {
  for (auto const& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    bench zd;
    zd.stop.request(signal);
    CHECK(zd({"prepare", "names"}) == code);
    CHECK(zd.err.find("zd prepare goes on from here") != std::string::npos);
    CHECK(zd.at() == row::unrun);
  }
  bench taken;
  taken.stop.request(0);
  CHECK(taken({"prepare", "names"}) == 4);
}

TEST_CASE("run: help and version") {
  bench zd;
  CHECK(zd({"--help"}) == 0);
  CHECK(zd.out.find("switchoff") != std::string::npos);
  CHECK(zd({"--version"}) == 0);
  CHECK(zd.out.find(ZDDM_VERSION) != std::string::npos);
}

TEST_CASE("run: new needs no state store") {
  bench zd;
  test::scratch const folder;
  zd.own_state = true;
  CHECK(zd({"new", "split_orders", "--dir", folder / "migrations"}) == 0);
  CHECK(test::read_file(folder / "migrations/all.hpp").find("split_orders") != std::string::npos);
  CHECK(zd({"new", "split-orders", "--dir", folder / "migrations"}) == 2);
}
