// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/state_store.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <cli/ground.hpp>
#include <tools/postgres.hpp>
#include <tools/processes.hpp>
#include <tools/scratch.hpp>
#include <zddm/backfill/run.hpp>
#include <zddm/cli/hold.hpp>
#include <zddm/cli/run.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/sqlite/store.hpp>

using namespace zddm;
using namespace std::chrono_literals;
using lifecycle::row;
using postgres::state_store;

namespace {

/// A `zd` that knows of PostgreSQL, and its state store.
struct bench {
  explicit bench(std::string const& state = test::postgres_server::shared().fresh()) : url(state) {}

  int operator()(std::vector<std::string> args) {
    std::istringstream in;
    std::ostringstream data, talk;
    args.insert(args.end(), {"--state", url});
    cli::environment const none([](std::string const&) { return std::optional<std::string>(); });
    int const code =
        cli::run<ground::fields, ground::names>(args, {{in, data, talk}, none, nullptr, nullptr, {cli::kind_of<state_store>}});
    out = data.str();
    err = talk.str();
    return code;
  }

  ground::place place;
  std::string url, out, err;
};

/// Whether it comes true within half a minute.
template <class F> bool in_time(F f) {
  for (int i = 0; i < 3000; ++i) {
    if (f()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

} // namespace

TEST_CASE("postgres: zd walks a migration through its life, and processes on other connections obey") {
  bench zd;
  for (int i = 0; i < 50; ++i) zd.place.from.put(i, std::to_string(i));
  CHECK(zd({"status"}) == 7);
  CHECK(zd.err.find("ZD-233") != std::string::npos);
  REQUIRE(zd({"prepare", "names"}) == 0);
  test::process service([&] {
    state_store mine(zd.url);
    lifecycle::handle h("names");
    lifecycle::member<state_store> const m(mine, h, {10s, 5ms, "service", true});
    return in_time([&] { return h.current().at == row::switched; }) && in_time([&] { return h.current().at == row::completed; });
  });
  state_store fleet(zd.url);
  REQUIRE(in_time([&] { return lifecycle::live(fleet, "names").size() == 1; }));
  CHECK(zd({"gate", "names", "10"}) == 0);
  CHECK(zd({"migrate", "names"}) == 0);
  CHECK(zd.place.to.size() == 50);
  auto plan = fleet.queue("names").plan();
  REQUIRE(plan);
  CHECK(fleet.queue("names").counts(plan->id) == backfill::counts{0, 0, plan->items, 0});
  CHECK(zd({"switch", "names"}) == 0);
  CHECK(zd({"switchoff", "names"}) == 0);
  CHECK(zd({"switch", "names"}) == 0);
  CHECK(zd({"complete", "names", "--yes=names"}) == 0);
  CHECK(service.wait() == 0);
  CHECK(zd({"destroy", "names", "--yes=names"}) == 0);
  CHECK(zd({"history", "names"}) == 0);
  CHECK(zd.out.find("completed -> destroyed") != std::string::npos);
}

TEST_CASE("postgres: what zd is told of a state store that cannot be used") {
  test::postgres_server own;
  bench zd(own.url());
  REQUIRE(zd({"prepare", "names"}) == 0);
  own.stop();
  CHECK(zd({"status"}) == 7);
  CHECK(zd.err.find("ZD-150") != std::string::npos);
  own.start();
  CHECK(zd({"status"}) == 0);
  zd.url = own.url("nowhere");
  CHECK(zd({"status"}) == 7);
  CHECK(zd.err.find("ZD-151") != std::string::npos);
  for (std::string const url :
       {"postgres://me:hunter2@host/db", "postgres://me:hun@ter2@host/db", "postgres:host=x password=hunter2"}) {
    zd.url = url;
    CHECK(zd({"status"}) == 2);
    CHECK(zd.err.find("hunter2") == std::string::npos);
    CHECK(zd.err.find("ter2") == std::string::npos);
  }
}

TEST_CASE("postgres: one operator works, the other is told who, and a hold is renewed until it is over") {
  bench zd;
  REQUIRE(zd({"prepare", "names"}) == 0);
  auto state = cli::shared_state::open(zd.url, false, std::vector<cli::state_kind>{cli::kind_of<state_store>});
  std::istringstream in;
  std::ostringstream data, talk;
  cli::console out({in, data, talk}, {});
  cli::options asked;
  asked.command = "migrate";
  cli::interruption stop;
  {
    cli::session const s{state, out, asked, stop};
    cli::hold const mine(s, "names", 900ms);
    auto const end = std::chrono::steady_clock::now() + 2s;
    while (std::chrono::steady_clock::now() < end) {
      CHECK(zd({"rollback", "names"}) == 4);
      std::this_thread::sleep_for(100ms);
    }
    CHECK(zd.err.find("zd migrate") != std::string::npos);
  }
  CHECK(zd({"migrate", "names"}) == 0);
}

TEST_CASE("postgres: one backfill is shared by processes, of which one is killed, over one plan in the server") {
  using rows = sqlite::store<std::int64_t, std::string>;
  constexpr std::int64_t count = 4000;
  auto const url = test::postgres_server::shared().fresh();
  test::scratch const folder;
  constexpr sqlite::options quick{.busy_timeout = 60s, .synchronous = sqlite::synchronous::off};
  sqlite::database files[]{sqlite::database(folder / "old", quick), sqlite::database(folder / "new", quick)};
  rows from(files[0], {.table = "people"}), to(files[1], {.table = "people"});
  from.create_table();
  to.create_table();
  to.create_records();
  for (std::int64_t i = 0; i < count; i += 1000) {
    std::vector<entry<std::int64_t, std::string>> some;
    for (std::int64_t n = i; n < i + 1000; ++n) some.push_back({n, "row " + std::to_string(n)});
    from.put_many(some);
  }
  state_store state(url);
  auto const copy = [&](std::chrono::milliseconds pause) {
    state_store mine(url);
    backfill::options how;
    how.chunk.rows = 100;
    how.lease = 1s;
    how.refresh = 50ms;
    how.told = [&](backfill::status const&) { std::this_thread::sleep_for(pause); };
    return backfill::run(from, to, mine, "people", how).ending == backfill::ending::complete;
  };
  test::process dying([&] { return copy(50ms); });
  auto queue = state.queue("people");
  REQUIRE(in_time([&] { return queue.plan() && queue.counts(queue.plan()->id).done > 1; }));
  dying.kill();
  CHECK(test::in_processes(3, [&](int) { return copy(1ms); }));
  auto const plan = *queue.plan();
  CHECK(plan.items >= 40);
  CHECK(queue.counts(plan.id) == backfill::counts{0, 0, plan.items, 0});
  std::set<std::string> workers;
  for (auto const& one : queue.items(plan.id)) workers.insert(one.worker);
  CHECK(workers.size() > 1);
  CHECK(to.size() == count);
  std::int64_t wrong = 0;
  for (std::int64_t n = 0; n < count; ++n) wrong += to.get(n) != "row " + std::to_string(n) ? 1 : 0;
  CHECK(wrong == 0);
}

TEST_CASE("postgres: a process outlives a restart of the server within its lease, and serves nothing beyond it") {
  test::postgres_server own;
  state_store s(own.url(), {.connect_timeout = 1s, .call_timeout = 1s});
  lifecycle::handle names("names"), fields("fields");
  lifecycle::member<state_store> const patient(s, names, {60s, 20ms, "", true});
  lifecycle::member<state_store> const brisk(s, fields, {3s, 20ms, "", true});
  auto const before = names.process();
  own.stop("immediate");
  CHECK(in_time([&] { return patient.trouble().has_value(); }));
  own.start();
  CHECK(in_time([&] { return !patient.trouble(); }));
  CHECK(names.lease_valid());
  CHECK(names.process() == before);

  CHECK(in_time([&] { return fields.lease_valid(); }));
  own.pause();
  CHECK(in_time([&] { return !fields.lease_valid(); }));
  CHECK(names.lease_valid());
  own.resume();
  CHECK(in_time([&] { return fields.lease_valid(); }));
}
