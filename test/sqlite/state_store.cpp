// SPDX-License-Identifier: BSL-1.0
#include <zddm/sqlite/state_store.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>

#include <zddm/testing/laws/state_store.hpp>

#include "../tools/processes.hpp"
#include "../tools/scratch.hpp"

using namespace std::chrono_literals;
using zddm::error_class;
using zddm::store_error;
using zddm::lifecycle::any_revision;
using zddm::lifecycle::change;
using zddm::sqlite::database;
using zddm::sqlite::state_store;

static_assert(zddm::lifecycle::state_store<state_store>);

namespace {

constexpr zddm::sqlite::options quick{.busy_timeout = 60s, .synchronous = zddm::sqlite::synchronous::off};

bool set(state_store& s, std::string path, std::uint64_t expected, std::optional<std::string> value) {
  return s.commit(std::vector<change>{{std::move(path), expected, std::move(value)}});
}

int refusal(std::string const& path) {
  try {
    state_store s(path);
  } catch (store_error const& e) {
    CHECK(e.kind() == error_class::permanent);
    return e.code();
  }
  return 0;
}

void count_up(state_store& s, int rounds) {
  for (int i = 0; i < rounds;) {
    auto const at = s.read("count");
    if (set(s, "count", at->revision, std::to_string(std::stoi(at->value) + 1))) ++i;
  }
}

} // namespace

TEST_CASE("sqlite state_store keeps the laws") {
  test::scratch dir;
  int files = 0;
  zddm::testing::laws::state_store([&] { return state_store(dir / std::to_string(++files), quick); },
                                   [](std::string_view law) { FAIL_CHECK(law); });
}

TEST_CASE("sqlite state_store keeps bytes that are no text") {
  test::scratch dir;
  std::string const odd("a\0'b\xff", 5);
  REQUIRE(set(*std::make_unique<state_store>(dir / "s"), odd, 0, odd));
  state_store s(dir / "s");
  CHECK(s.read(odd)->value == odd);
  CHECK_FALSE(s.read("a"));
  CHECK(s.list(std::string_view("a\0'", 3)).size() == 1);
}

TEST_CASE("sqlite state_store outlives the object, and revisions go on rising") {
  test::scratch dir;
  {
    state_store s(dir / "s");
    set(s, "a", 0, "1");
    set(s, "b", 0, "1");
    set(s, "b", any_revision, {});
  }
  state_store s(dir / "s");
  CHECK(s.read("a")->value == "1");
  CHECK(s.read("a")->revision == 1);
  set(s, "b", 0, "2");
  CHECK(s.read("b")->revision == 3);
}

TEST_CASE("sqlite state_store applies the changes of one path in their order") {
  test::scratch dir;
  state_store s(dir / "s");
  REQUIRE(s.commit(std::vector<change>{{"a", 0, "1"}, {"a", 0, "2"}}));
  CHECK(s.read("a")->value == "2");
  REQUIRE(s.commit(std::vector<change>{{"a", any_revision, "3"}, {"a", any_revision, {}}}));
  CHECK_FALSE(s.read("a"));
}

TEST_CASE("sqlite state_store refuses a file that is something else, and leaves it alone") {
  test::scratch dir;
  test::write_file(dir / "text", std::string(300, 'x'));
  CHECK(refusal(dir / "text") == 124);
  CHECK(test::read_file(dir / "text") == std::string(300, 'x'));

  database(dir / "app", {.write_ahead_log = false}).session().connection().execute("CREATE TABLE people (id)");
  auto const before = test::read_file(dir / "app");
  CHECK(refusal(dir / "app") == 230);
  CHECK(test::read_file(dir / "app") == before);

  database(dir / "other", {.write_ahead_log = false}).session().connection().execute("PRAGMA application_id=77");
  CHECK(refusal(dir / "other") == 230);

  test::write_file(dir / "empty", "");
  CHECK(refusal(dir / "empty") == 0);
}

TEST_CASE("sqlite state_store refuses a newer format, says who wrote it, and leaves it alone") {
  test::scratch dir;
  set(*std::make_unique<state_store>(dir / "s"), "a", 0, "1");
  auto const with_format = [&](char const* format) {
    database(dir / "s").session().connection().execute(std::string("UPDATE zddm_state SET written_by='9.8.7', format=") + format);
  };
  with_format("2");
  auto const before = test::read_file(dir / "s");
  try {
    state_store s(dir / "s");
    FAIL("a newer format was opened");
  } catch (store_error const& e) {
    CHECK(e.code() == 231);
    CHECK(std::string(e.what()).find("format 2, written by zddm 9.8.7") != std::string::npos);
  }
  CHECK(test::read_file(dir / "s") == before);
  with_format("1");
  CHECK(state_store(dir / "s").read("a")->value == "1");
}

TEST_CASE("sqlite state_store tells one time to all, which goes on with the machine's") {
  test::scratch dir;
  state_store a(dir / "s"), b(dir / "s");
  auto const first = a.now();
  auto const second = b.now();
  CHECK(first <= second);
  CHECK(second <= a.now());
  std::this_thread::sleep_for(3ms);
  CHECK(b.now() >= second + 3ms);
  CHECK(test::process([&] { return state_store(dir / "s").now() >= second; }).wait() == 0);
}

TEST_CASE("sqlite state_store is past every lease of an earlier start of the machine") {
  test::scratch dir;
  std::chrono::milliseconds before{};
  {
    state_store s(dir / "s");
    before = s.now();
  }
  database(dir / "s").session().connection().execute("UPDATE zddm_state SET boot_id='an earlier start'");
  state_store s(dir / "s"), again(dir / "s");
  CHECK(s.now() > before + std::chrono::hours(24 * 365 * 30));
  CHECK(again.now() - s.now() < 1h);
  CHECK(state_store(dir / "s").now() - s.now() < 1h);
}

TEST_CASE("sqlite state_store is one for several processes with threads") {
  test::scratch dir;
  state_store s(dir / "s", quick);
  set(s, "count", 0, "0");
  CHECK(test::in_processes(3, [&](int me) {
    state_store mine(dir / "s", quick);
    if (set(mine, "leader", 0, std::to_string(me))) set(mine, "won/" + std::to_string(me), 0, "");
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back([&, i] { count_up(i == 0 ? mine : s, 30); });
    for (auto& t : threads) t.join();
    return true;
  }));
  CHECK(s.read("count")->value == "180");
  CHECK(s.list("won/").size() == 1);
}

TEST_CASE("sqlite state_store can be made by several processes at once") {
  for (int round = 0; round < 5; ++round) {
    test::scratch dir;
    CHECK(test::in_processes(4, [&](int me) {
      state_store mine(dir / "s", quick);
      return set(mine, std::to_string(me), 0, "here");
    }));
    CHECK(state_store(dir / "s").list("").size() == 4);
  }
}

TEST_CASE("sqlite state_store is whole after a process was killed in its commits") {
  test::scratch dir;
  state_store s(dir / "s", quick);
  std::uint64_t reached = 0;
  for (int round = 0; round < 8; ++round) {
    test::process child([&] {
      for (std::uint64_t i = reached + 1;; ++i) {
        std::vector<change> batch;
        for (char const* path : {"a", "b", "c"}) batch.push_back({path, any_revision, std::to_string(i)});
        s.commit(batch);
      }
      return true;
    });
    for (auto const start = reached; reached < start + 5 + static_cast<std::uint64_t>(round);) {
      auto const at = s.read("c");
      if (at) reached = std::stoull(at->value);
    }
    child.kill();
    auto const all = s.list("");
    REQUIRE(all.size() == 3);
    CHECK(all[0].value == all[1].value);
    CHECK(all[1].value == all[2].value);
    CHECK(set(s, "free", any_revision, "yes"));
    CHECK(set(s, "free", any_revision, {}));
    reached = std::stoull(all[0].value);
  }
}

TEST_CASE("sqlite state store: processes that start at once make one store, and none takes it for a foreign file") {
  for (int round = 0; round < 10; ++round) {
    test::scratch const folder;
    auto const path = folder / "zd.db";
    CHECK(test::in_processes(6, [&](int) {
      zddm::sqlite::state_store const s(path);
      return true;
    }));
  }
}
