// SPDX-License-Identifier: BSL-1.0
// The packages of the example move through every state and back while the processes that use them are killed, paused and
// started anew at random. `--seconds=N` takes longer than the half minute of a normal run.
#include <zddm/cli/run.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/prctl.h>

#include <doctest/doctest.h>

#include "../../docs/examples/packages/checker.hpp"
#include "../../docs/examples/packages/migration.hpp"
#include "../../docs/examples/packages/worker.hpp"
#include <tools/postgres.hpp>
#include <tools/processes.hpp>
#include <tools/scratch.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/postgres/state_store.hpp>
#include <zddm/sqlite/state_store.hpp>

using namespace std::chrono_literals;
using zddm::lifecycle::row;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr std::size_t most = 6;
zddm::lifecycle::member_options const quick{1000ms, 10ms, "", true};

/// What all processes of a storm see.
struct sky {
  std::array<std::atomic<bool>, most> leave{}; ///< each process: it is asked to end
  std::atomic<bool> calm = false;              ///< nobody is killed or paused any more
  std::atomic<bool> over = false;
  std::atomic<std::uint64_t> lease_lost{0}, unknown{0}, transient{0}, wrong{0};
  std::atomic<std::uint64_t> killed{0}, paused{0}, restarted{0};
};

/// Half a minute, unless the command line of the test says otherwise.
std::chrono::seconds length() {
  auto const words = test::read_file("/proc/self/cmdline");
  auto const at = words.find("--seconds=");
  return std::chrono::seconds(at == std::string::npos ? 30 : std::atoi(words.c_str() + at + 10));
}

std::map<std::string, package_v1> index() {
  std::map<std::string, package_v1> all;
  for (int i = 100; i < 400; ++i) {
    auto const n = std::to_string(i);
    all["pkg-" + n] = {n + ".0-1", "amd64", "misc", "Ann " + n + " <ann" + n + "@example.org>", "libc6, pkg-" + n, i, 0};
  }
  return all;
}

/// What went wrong with an operation: a process that lost its lease, or met another that holds a lock, has to say so.
void classify(sky& s, std::exception const& e) {
  if (dynamic_cast<zddm::lease_lost const*>(&e)) {
    ++s.lease_lost;
    std::this_thread::sleep_for(2ms);
  } else if (auto const* const failed = dynamic_cast<zddm::store_error const*>(&e);
             failed && failed->kind() == zddm::error_class::unknown_outcome)
    ++s.unknown;
  else if (failed && failed->kind() == zddm::error_class::transient)
    ++s.transient;
  else if (++s.wrong < 10)
    std::cerr << "a service failed: " << e.what() << '\n';
}

/// One process of the service, until it is asked to leave.
template <class Open> bool serve(std::string const& folder, Open const& open, sky& s, std::size_t number, int incarnation) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto const c = catalogue::of(index());
  auto const told = folder + "/told-" + std::to_string(number) + '-' + std::to_string(incarnation) + '-';
  auto const ends = [&] { return s.over || s.leave[number]; };
  while (!ends()) try {
      auto state = open();
      zddm::lifecycle::handle life{std::string(packages_to_lmdb::name)};
      packages_to_lmdb stores(folder);
      zddm::observer::counts counts;
      packages_to_lmdb::proxy_type packages(stores.old_store(), stores.new_store(), life, counts);
      zddm::lifecycle::member member(*state, life, quick);
      std::vector<std::thread> threads;
      for (int t = 0; t < 2; ++t)
        threads.emplace_back([&, t] {
          journal own(told + std::to_string(t));
          auto const revision = ((static_cast<std::int64_t>(number) * 1000 + incarnation) * 10 + t) * 1'000'000'000 + 1;
          worker one(packages, c, own, revision, static_cast<unsigned>(number * 31 + static_cast<unsigned>(incarnation) * 7) + t);
          while (!ends()) {
            for (int i = 0; i < 20; ++i) one([&](std::exception const& e) { classify(s, e); });
            std::this_thread::sleep_for(1ms);
          }
        });
      for (auto& t : threads) t.join();
    } catch (zddm::lease_lost const&) {    // paused while it joined: it joins again
    } catch (zddm::store_error const& e) { // so does who meets a lock that a paused process holds
      if (e.kind() != zddm::error_class::transient) throw;
    }
  return true;
}

/// Kills, pauses and restarts the services at random until it is calm, then waits for them; true if all ended well.
template <class Start> bool thunder(sky& s, Start const& start) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct service {
    std::optional<test::process> running;
    int incarnation = 0;
    clock_type::time_point wakes{};
  };
  std::array<service, most> all;
  auto const begin = [&](std::size_t i) {
    s.leave[i] = false;
    all[i].running.emplace([&, i, n = ++all[i].incarnation] { return start(i, n); });
  };
  for (std::size_t i = 0; i < most; ++i) begin(i);
  std::mt19937 random(11);
  auto const wake = [&](auto now) {
    for (auto& one : all)
      if (one.wakes != clock_type::time_point{} && now >= one.wakes) {
        one.running->signal(SIGCONT);
        one.wakes = {};
      }
  };
  bool good = true;
  for (auto next = clock_type::now(); !s.calm; std::this_thread::sleep_for(5ms)) {
    auto const now = clock_type::now();
    wake(now);
    if (now < next) continue;
    next = now + std::chrono::milliseconds(50 + random() % 350);
    auto const i = random() % most;
    auto& one = all[i];
    auto const paused = std::ranges::count_if(all, [](auto const& a) { return a.wakes != clock_type::time_point{}; });
    if (auto const dice = random() % 10; dice < 4) {
      one.running->kill();
      one.wakes = {};
      ++s.killed;
      begin(i);
    } else if (dice < 9 && one.wakes == clock_type::time_point{} && paused < 2) {
      one.running->signal(SIGSTOP);
      one.wakes = now + std::chrono::milliseconds(20 + random() % 1800);
      ++s.paused;
    } else if (one.wakes == clock_type::time_point{}) {
      s.leave[i] = true;
      // Who has to wait for somebody that is paused does so here.
      for (bool ended = false; !ended;) {
        wake(clock_type::now());
        ended = one.running->ended();
        std::this_thread::sleep_for(1ms);
      }
      good &= one.running->wait() == 0;
      ++s.restarted;
      begin(i);
    }
  }
  wake(clock_type::time_point::max());
  for (auto& one : all) good &= one.running->wait() == 0;
  return good;
}

/// `zd`, as the operator runs it: what other processes stand in the way of is tried again.
class operator_of {
public:
  operator_of(std::string folder, zddm::cli::shared_state state) : folder_(std::move(folder)), state_(std::move(state)) {}

  void operator()(std::vector<std::string> words) {
    auto const give_up = clock_type::now() + 60s;
    for (int status = zd(words); status != 0; status = zd(words)) {
      if (clock_type::now() > give_up) throw std::runtime_error("zd " + words[0] + " does not end well:\n" + said_);
      if (status == 5) zd({"repair", std::string(packages_to_lmdb::name)});
      std::this_thread::sleep_for(50ms);
    }
    ++steps;
  }

  int steps = 0, repeated = 0;

private:
  int zd(std::vector<std::string> words) {
    words.insert(words.end(), {"--wait=20s", "--plain"});
    std::istringstream in;
    std::ostringstream out;
    zddm::cli::environment const env(
        [&](std::string const& name) { return name == "PACKAGES_DIR" ? std::optional(folder_) : std::nullopt; });
    int const status = zddm::cli::run<packages_to_lmdb>(words, {{in, out, out}, env, nullptr, &state_});
    said_ = out.str();
    repeated += status != 0;
    return status;
  }

  std::string folder_, said_;
  zddm::cli::shared_state state_;
};

/// The whole of it over one state store: `open()` makes one for the calling process.
template <class Open> void storm(Open const& open) {
  test::scratch const scratch;
  std::string const folder = scratch / "";
  std::string const name(packages_to_lmdb::name);
  auto const c = catalogue::of(index());
  std::vector<std::optional<package>> first(c.names.size());
  {
    packages_to_lmdb stores(folder);
    stores.table().create_table();
    for (auto const& [key, p] : index()) stores.table().put(key, p);
    for (std::size_t i = 0; i < index().size(); ++i) first[i] = c.first[i];
  }
  test::shared_memory<sky> s;
  test::process weather(
      [&] { return thunder(*s, [&](std::size_t i, int n) { return serve(folder, [&] { return open(folder); }, *s, i, n); }); });
  auto state = open(folder);
  operator_of zd(folder, zddm::cli::shared_state::of(*state));
  auto const walk = [&](std::initializer_list<std::string> steps) {
    for (auto const& step : steps) zd({step, name});
  };

  auto const end = clock_type::now() + length();
  int rounds = 0;
  for (; rounds < 3 || clock_type::now() < end; ++rounds) {
    walk({"prepare"});
    zd({"gate", name, rounds % 2 == 0 ? "30" : "100"});
    if (rounds % 3 == 0) {
      zd({"gate", name, "10"});
    } else {
      walk({"migrate"});
      if (rounds % 3 == 2) walk({"verify", "switch", "switchoff", "switch"});
    }
    walk({"rollback"});
  }
  walk({"prepare", "migrate", "switch"});
  zd({"complete", name, "--yes=" + name});
  std::this_thread::sleep_for(500ms);
  s->calm = true;
  std::this_thread::sleep_for(500ms);
  s->over = true;
  CHECK(weather.wait() == 0);
  zd({"destroy", name, "--yes=" + name});

  std::vector<observed> told;
  for (auto const& file : std::filesystem::directory_iterator(folder))
    if (file.path().filename().string().starts_with("told-")) journal::append_from(file.path(), told);
  std::map<std::string, package> last;
  packages_to_lmdb(folder).new_store().scan({}, ~std::size_t{0},
                                            [&](auto const& key, package const& p) { last.emplace(key, p); });
  auto const j = checker(c.names, first, last).judge(told);
  std::cout << "operations=" << j.operations << " failed=" << j.failed << " (lease lost " << s->lease_lost << ", unknown "
            << s->unknown << ", transient " << s->transient << ") killed=" << s->killed << " paused=" << s->paused
            << " restarted=" << s->restarted << " rounds=" << rounds << " steps=" << zd.steps << " repeated=" << zd.repeated
            << " stale=" << j.stale << " lost=" << j.lost << " resurrected=" << j.resurrected << " mismatches=" << j.mismatches
            << std::endl;
  std::string examples;
  for (auto const& example : j.examples) examples += example + '\n';
  CAPTURE(examples);
  CHECK(j.stale == 0);
  CHECK(j.lost == 0);
  CHECK(j.resurrected == 0);
  CHECK(j.mismatches == 0);
  CHECK(s->wrong == 0);
  CHECK(j.operations > 1000);
  CHECK(s->killed > 5);
  CHECK(s->paused > 5);
  CHECK(s->restarted > 0);
  CHECK(s->lease_lost > 0);
}

} // namespace

TEST_CASE("storm: six processes over SQLite are killed, paused and restarted through every state and back") {
  storm([](std::string const& folder) {
    return std::make_unique<zddm::sqlite::state_store>(folder + "/state.db",
                                                       zddm::sqlite::options{.synchronous = zddm::sqlite::synchronous::normal});
  });
}

TEST_CASE("storm: six processes over PostgreSQL are killed, paused and restarted through every state and back") {
  test::postgres_server server;
  auto const url = server.fresh();
  storm([&](std::string const&) { return std::make_unique<zddm::postgres::state_store>(zddm::postgres::address(url)); });
}
