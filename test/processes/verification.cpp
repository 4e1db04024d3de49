// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/run.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <tools/processes.hpp>
#include <tools/scratch.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/state_store.hpp>
#include <zddm/sqlite/store.hpp>
#include <zddm/verify/checkpoint.hpp>

using namespace std::chrono_literals;
using people = zddm::sqlite::store<std::int64_t, std::string>;
using state_store = zddm::sqlite::state_store;
using checkpoint = zddm::verify::checkpoint<state_store>;

namespace {

constexpr zddm::sqlite::options quick{.busy_timeout = 60s, .synchronous = zddm::sqlite::synchronous::off};
constexpr std::int64_t rows = 400'000;

/// Old, New and the state of a fleet, as each process opens them for itself.
struct ground {
  explicit ground(test::scratch const& dir)
      : old_file(dir / "old", quick), new_file(dir / "new", quick), state(dir / "zd", quick), from(old_file, {.table = "people"}),
        to(new_file, {.table = "people"}), kept(state, "people", "full", "people") {}

  zddm::sqlite::database old_file, new_file;
  state_store state;
  people from, to;
  checkpoint kept;
};

/// Of every 50,000 rows one is missing in New and one differs; two more are New's alone.
void make(test::scratch const& dir) {
  ground g(dir);
  for (auto* const store : {&g.from, &g.to}) store->create_table();
  g.to.create_records();
  std::vector<zddm::entry_of<people>> in_old, in_new;
  for (std::int64_t i = 1; i <= rows; ++i) {
    in_old.push_back({i, "v" + std::to_string(i)});
    if (i % 50'000 != 7) in_new.push_back({i, i % 50'000 == 20'000 ? "wrong" : in_old.back().value});
  }
  g.from.put_many(in_old);
  REQUIRE(g.to.fill_many(in_new, g.to.sequence()) == in_new.size());
  g.to.put(-5, "nobody's");
  g.to.put(rows + 5, "nobody's");
}

/// What the test and its processes tell each other.
struct signs {
  std::atomic<bool> hurry{false};
  std::atomic<std::uint64_t> saves{0}, resumed{0}, keys{0}, missing{0}, differs{0}, extra{0}, listed{0};
};

bool compare(test::scratch const& dir, signs& told) {
  ground g(dir);
  zddm::verify::options o;
  o.from = g.kept.load();
  if (o.from) ++told.resumed;
  o.save_every = 0ms;
  o.save = [&](auto const& at) {
    g.kept.save(at);
    ++told.saves;
  };
  o.patience = {2, 4, 1ms};
  o.told = [&](auto const&) {
    if (!told.hurry) std::this_thread::sleep_for(5ms);
  };
  auto const found = zddm::verify::run(g.from, g.to, o);
  told.keys = found.rows;
  told.missing = found.wrong.missing;
  told.differs = found.wrong.differs;
  told.extra = found.wrong.extra;
  told.listed = found.listed.size();
  return found.complete;
}

} // namespace

TEST_CASE("verification: killed at random instants it goes on, compares every key once and names every mismatch once") {
  test::scratch const dir;
  make(dir);
  test::shared_memory<signs> told;
  std::mt19937 random(11);
  std::uint64_t walked = 0;
  int kills = 0;
  for (; kills < 25; ++kills) {
    auto const until = told->saves + random() % 2;
    test::process p([&] { return compare(dir, *told); });
    while (told->saves < until && !p.ended()) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5'000));
    if (p.ended()) break;
    p.kill();
    ground g(dir);
    auto const at = g.kept.load();
    std::uint64_t const now = at ? at->walked : 0;
    CHECK(now >= walked);
    walked = now;
    if (at) CHECK(at->found.rows == at->walked);
  }
  CHECK(kills > 5);
  CHECK(walked > 0);
  told->hurry = true;
  CHECK(test::process([&] { return compare(dir, *told); }).wait() == 0);
  CHECK(told->resumed > 0);
  CHECK(told->keys == rows + 2);
  CHECK(told->missing == 8);
  CHECK(told->differs == 8);
  CHECK(told->extra == 2);
  CHECK(told->listed == 18);
}
