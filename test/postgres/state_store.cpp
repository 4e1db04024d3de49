// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/state_store.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tools/postgres.hpp>
#include <tools/processes.hpp>
#include <zddm/testing/laws/state_store.hpp>

using namespace std::chrono_literals;
using zddm::error_class;
using zddm::store_error;
using zddm::lifecycle::any_revision;
using zddm::lifecycle::change;
using zddm::postgres::state_store;

static_assert(zddm::lifecycle::state_store<state_store>);

namespace {

test::postgres_server& server() { return test::postgres_server::shared(); }

bool set(state_store& s, std::string path, std::uint64_t expected, std::optional<std::string> value) {
  return s.commit(std::vector<change>{{std::move(path), expected, std::move(value)}});
}

store_error refusal(std::string const& url, zddm::postgres::options o = {}) {
  try {
    state_store const s(url, o);
  } catch (store_error const& e) {
    return e;
  }
  return {error_class::transient, "it was opened"};
}

/// Does `f` until the connection holds.
template <class F> auto until_done(F f) {
  for (;;) try {
      return f();
    } catch (store_error const& e) {
      if (e.kind() == error_class::permanent) throw;
      std::this_thread::sleep_for(20ms);
    }
}

/// Counts one up by compare-and-set, whatever becomes of the connection, and never twice.
void count_one(state_store& s, int me) {
  auto const mark = "mark/" + std::to_string(me);
  auto const before = until_done([&] { return s.read(mark); });
  for (bool counted = false; !counted;)
    counted = until_done([&] {
      if (s.read(mark) != before) return true; // it was applied, though nobody said so
      auto const at = s.read("count");
      return s.commit(std::vector<change>{{"count", at->revision, std::to_string(std::stoi(at->value) + 1)},
                                          {mark, before ? before->revision : 0, ""}});
    });
}

} // namespace

TEST_CASE("postgres state_store keeps the laws") {
  zddm::testing::laws::state_store([] { return state_store(server().fresh()); }, [](std::string_view law) { FAIL_CHECK(law); });
}

TEST_CASE("postgres state_store keeps bytes that are no text") {
  auto const url = server().fresh();
  std::string const odd("a\0'b\xff", 5);
  REQUIRE(set(*std::make_unique<state_store>(url), odd, 0, odd));
  state_store s(url);
  CHECK(s.read(odd)->value == odd);
  CHECK_FALSE(s.read("a"));
  CHECK(s.list(std::string_view("a\0'", 3)).size() == 1);
  CHECK(s.list("\xff").empty());
}

TEST_CASE("postgres state_store outlives the object and the server, and revisions go on rising") {
  test::postgres_server own;
  std::uint64_t last = 0;
  {
    state_store s(own.url());
    set(s, "a", 0, "1");
    set(s, "b", 0, "1");
    last = s.read("b")->revision;
    set(s, "b", any_revision, {});
  }
  for (std::string const mode : {"fast", "immediate"}) {
    own.stop(mode);
    own.start();
    state_store s(own.url());
    CHECK(s.read("a")->value == "1");
    REQUIRE(set(s, "b", 0, "2"));
    CHECK(s.read("b")->revision > last);
    last = s.read("b")->revision;
    set(s, "b", any_revision, {});
  }
}

TEST_CASE("postgres state_store applies the changes of one path in their order") {
  state_store s(server().fresh());
  REQUIRE(s.commit(std::vector<change>{{"a", 0, "1"}, {"a", 0, "2"}}));
  CHECK(s.read("a")->value == "2");
  REQUIRE(s.commit(std::vector<change>{{"a", any_revision, "3"}, {"a", any_revision, {}}}));
  CHECK_FALSE(s.read("a"));
  CHECK_FALSE(set(s, "a", any_revision - 1, "4"));
}

TEST_CASE("postgres state_store refuses tables of something else, and leaves them alone") {
  for (std::string const table : {"zddm_state", "zddm_entries"}) {
    auto const url = server().fresh();
    test::postgres_server::execute(url, "CREATE TABLE " + table + " (name text)");
    auto const e = refusal(url);
    CHECK(e.code() == 230);
    CHECK(e.kind() == error_class::permanent);
    zddm::postgres::database d(url);
    CHECK(d.run(zddm::postgres::query("SELECT count(*) FROM pg_class WHERE relname LIKE 'zddm%'"), zddm::postgres::effect::none)
              .integer(0, 0) == 1);
  }
}

TEST_CASE("postgres state_store refuses a newer format, says who wrote it, and leaves it alone") {
  auto const url = server().fresh();
  set(*std::make_unique<state_store>(url), "a", 0, "1");
  test::postgres_server::execute(url, "UPDATE zddm_state SET zddm_format = 2, written_by = '9.8.7'");
  auto const e = refusal(url);
  CHECK(e.code() == 231);
  CHECK(std::string(e.what()).find("format 2, written by zddm 9.8.7") != std::string::npos);
  test::postgres_server::execute(url, "UPDATE zddm_state SET zddm_format = 1");
  CHECK(state_store(url).read("a")->value == "1");
}

TEST_CASE("postgres state_store is made only where it may be") {
  auto const url = server().fresh();
  auto const e = refusal(url, {.create = false});
  CHECK(e.code() == 233);
  CHECK(e.kind() == error_class::permanent);
  state_store const made(url);
  CHECK(state_store(url, {.create = false}).list("").empty());
  test::postgres_server::execute(url, "CREATE ROLE reader LOGIN");
  CHECK(refusal(url.substr(0, url.find("postgres@")) + "reader@" + url.substr(url.find('@') + 1)).code() == 153);
}

TEST_CASE("postgres state_store: two of them stand beside each other in two schemas") {
  auto const url = server().fresh();
  for (std::string const name : {"one", "two"}) {
    test::postgres_server::execute(url, "CREATE SCHEMA " + name);
    state_store s(url + "?options=-csearch_path%3D" + name);
    CHECK(set(s, "who", 0, name));
  }
  CHECK(state_store(url + "?options=-csearch_path%3Done").read("who")->value == "one");
}

TEST_CASE("postgres state_store can be made by several processes at once") {
  for (int round = 0; round < 3; ++round) {
    auto const url = server().fresh();
    CHECK(test::in_processes(4, [&](int me) {
      state_store mine(url);
      return set(mine, std::to_string(me), 0, "here");
    }));
    CHECK(state_store(url).list("").size() == 4);
  }
}

TEST_CASE("postgres state_store tells one time to all, which never goes back with the clock of the server") {
  auto const url = server().fresh();
  state_store a(url), b(url);
  auto const first = a.now();
  auto const second = b.now();
  CHECK(first <= second);
  std::this_thread::sleep_for(3ms);
  CHECK(b.now() >= second + 2ms);
  CHECK(test::process([&] { return state_store(url).now() >= second; }).wait() == 0);
  // As if the clock had been an hour ahead when it was asked last.
  test::postgres_server::execute(url, "UPDATE zddm_state SET told = told + 3600000");
  auto const ahead = b.now();
  CHECK(ahead > first + 1h - 1s);
  CHECK(a.now() == ahead);
  CHECK(state_store(url).now() == ahead);
}

TEST_CASE("postgres state_store: no count is lost or made twice by connections cut at random, nor by a restart") {
  test::postgres_server own;
  state_store s(own.url());
  set(s, "count", 0, "0");
  std::atomic<bool> stop{false};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&, i] {
      for (; !stop; ++done) count_one(s, i);
    });
  for (int i = 0; i < 30; ++i) {
    std::this_thread::sleep_for(10ms);
    own.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zddm' AND pid <> pg_backend_pid()");
  }
  own.stop("immediate");
  std::this_thread::sleep_for(50ms);
  own.start();
  int const before = done;
  while (done < before + 30) std::this_thread::sleep_for(1ms);
  stop = true;
  for (auto& t : threads) t.join();
  CHECK(s.read("count")->value == std::to_string(done));
}

TEST_CASE("postgres state_store is one for several processes with threads, inherited or their own") {
  auto const url = server().fresh();
  state_store s(url);
  set(s, "count", 0, "0");
  CHECK(test::in_processes(3, [&](int me) {
    state_store mine(url);
    if (set(mine, "leader", 0, std::to_string(me))) set(mine, "won/" + std::to_string(me), 0, "");
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
      threads.emplace_back([&, i] {
        for (int n = 0; n < 20; ++n) count_one(i == 0 ? mine : s, me * 2 + i);
      });
    for (auto& t : threads) t.join();
    return true;
  }));
  CHECK(s.read("count")->value == "120");
  CHECK(s.list("won/").size() == 1);
}

TEST_CASE("postgres state_store is whole, and nobody waits for long, after a process was killed or stopped in its commits") {
  state_store s(server().fresh());
  auto const set_all = [&](std::string const& value) {
    return s.commit(std::vector<change>{{"a", any_revision, value}, {"b", any_revision, value}, {"c", any_revision, value}});
  };
  for (int round = 0; round < 6; ++round) {
    auto const before = s.read("c");
    test::process child([&] {
      for (int i = 0;; ++i) set_all(std::to_string(round) + ":" + std::to_string(i));
      return true;
    });
    while (s.read("c") == before) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(7ms);
    if (round % 2 == 0)
      child.kill();
    else
      child.signal(SIGSTOP);
    CHECK(set_all("mine"));
    auto const all = s.list("");
    REQUIRE(all.size() == 3);
    CHECK(all[0].value == all[1].value);
    CHECK(all[1].value == all[2].value);
  }
}

TEST_CASE("postgres state_store never names a password") {
  auto const port = std::to_string(server().port());
  for (auto const& url : std::vector<std::string>{
           "postgres://secret:hunter2@127.0.0.1:" + port + "/postgres", "host=127.0.0.1 port=1 user=secret password=hunter2",
           "postgres://postgres:hunter2@127.0.0.1:" + port + "/nowhere", "postgres://secret:hunter2@x:y/z"}) {
    std::string const said = refusal(url).what();
    CHECK(said.find("ZD-15") == 0);
    CHECK(said.find("hunter2") == std::string::npos);
  }
}
