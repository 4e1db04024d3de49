// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <zddm/backfill/mark.hpp>
#include <zddm/backfill/plan.hpp>
#include <zddm/backfill/state_queue.hpp>
#include <zddm/backfill/work_queue.hpp>
#include <zddm/cli/console.hpp>
#include <zddm/cli/interruption.hpp>
#include <zddm/cli/options.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/shared_state.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/handle.hpp>
#include <zddm/lifecycle/identity.hpp>
#include <zddm/lifecycle/lease.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/lifecycle/operator_lease.hpp>
#include <zddm/lifecycle/state_store.hpp>
#include <zddm/memory/state_store.hpp>

/// A command at work: a fleet's state in memory, a migration that does as the test says, and the words that were said.
namespace world {

using namespace std::chrono_literals;
namespace cli = zddm::cli;
using zddm::lifecycle::row;
using zddm::lifecycle::step;

/// A migration between two stores that only counts what it is asked to do.
struct scripted : cli::subject {
  std::string_view name() const override { return called; }
  std::vector<std::string_view> depends_on() const override { return needs; }
  std::string_view from() const override { return "memory:old"; }
  std::string_view to() const override { return "memory:new"; }
  zddm::threshold reach() const override { return zddm::threshold::closed(); }
  zddm::lifecycle::thresholds thresholds() const override { return wanted; }
  std::string_view one_way() const override { return no_way_back; }
  bool between_stores() const override { return stores; }
  std::optional<zddm::promise> promised() const override { return promises; }
  void open() override { ++opened; }

  cli::store_facts about_old() override { return asked("about old"), facts; }
  cli::store_facts about_new() override { return asked("about new"), facts; }
  cli::key_facts explain(std::string const& key, zddm::lifecycle::settings const&) override {
    asked("explain " + key);
    return known;
  }

  void prepare() override { asked("prepare"); }
  std::uint64_t rows_in_new() override { return asked("rows"), rows; }
  void clear_new() override { asked("clear"), rows = 0; }
  void migrate() override { asked("migrate"); }
  void destroy() override { asked("destroy"); }
  void distrust(std::string const& key) override { asked("distrust " + key); }
  zddm::backfill::result copy(cli::shared_state&, zddm::backfill::options const& how) override {
    asked("copy");
    asked_last = how;
    how.told(copied.status);
    if (while_copying) while_copying(how);
    return copied;
  }
  zddm::verify::report compare(zddm::verify::options const& how) override {
    asked("compare");
    if (comparing) comparing(how);
    return found;
  }
  zddm::verify::report heal(zddm::verify::options const&, zddm::verify::repair_options const& how,
                            zddm::verify::repairs& done) override {
    asked(how.dry_run ? "heal dry" : "heal");
    right = how.right;
    done = healed;
    return found;
  }
  std::uint64_t free_marks(std::function<bool(zddm::intent_id)> const&, std::stop_token const&) override {
    return asked("free marks"), 0;
  }
  void seal() override { asked("seal"); }
  zddm::verify::drained drain(std::function<bool(zddm::intent_id)> const& abandoned, std::stop_token const&) override {
    asked("drain");
    gone = abandoned({1, 1});
    return unknown.size() > 1 ? std::exchange(unknown.front(), unknown.back()) : unknown.front();
  }

  void asked(std::string what) {
    if (during) during(what);
    if (what == fails) throw zddm::store_error(zddm::error_class::transient, "the store is down");
    calls.push_back(std::move(what));
  }
  auto count(std::string_view what) const { return std::count(calls.begin(), calls.end(), what); }

  std::string called = "names";
  std::vector<std::string_view> needs;
  zddm::lifecycle::thresholds wanted;
  std::string_view no_way_back;
  bool stores = true;
  std::optional<zddm::promise> promises;
  cli::store_facts facts;
  cli::key_facts known;
  std::uint64_t rows = 0;
  zddm::backfill::result copied{zddm::backfill::ending::complete, {{true, 10, 2, 2, 10, 0, 0, {}, 0, 0}, {}, {}, {}, false}};
  zddm::verify::report found{true, 10, {}, {}, {}, {}, {}, {}};
  zddm::verify::repairs healed{};
  std::optional<zddm::verify::authority> right; ///< what the last repair was told
  std::function<void(zddm::verify::options const&)> comparing;
  std::vector<zddm::verify::drained> unknown{{}}; ///< the answers of drain; the last one stays
  std::string fails;
  std::function<void(std::string const&)> during;
  std::function<void(zddm::backfill::options const&)> while_copying;
  zddm::backfill::options asked_last; ///< of copy
  std::vector<std::string> calls;
  int opened = 0;
  bool gone = false;
};

/// Where a command is run, and what it has said.
class desk {
public:
  using command = void (*)(cli::session&, cli::subject&);

  explicit desk(std::string name, bool json = false, std::string typed = "", bool terminal = false)
      : in(std::move(typed)), state(cli::shared_state::of(memory)),
        out({in, data, talk, terminal, terminal, terminal}, {json, false, false, !terminal, false}) {
    asked.command = std::move(name);
    asked.name = "names";
    asked.state = "memory";
    asked.wait = 20s;
  }

  cli::session session() { return {state, out, asked, stop}; }
  void run(command c) {
    auto s = session();
    c(s, m);
  }
  /// The failure a command ends with.
  cli::failure failure_of(command c) {
    try {
      run(c);
    } catch (cli::failure const& e) {
      return e;
    }
    throw std::runtime_error("the command did not fail");
  }

  zddm::lifecycle::record record() { return zddm::lifecycle::load(memory, m.called).value; }
  row at() { return record().now.at; }
  /// Puts the record there, as if the steps had been taken.
  void place(row r, std::function<void(zddm::lifecycle::record&)> const& more = [](auto&) {}) {
    auto const seen = zddm::lifecycle::load(memory, m.called);
    auto next = seen.value;
    next.now.at = r;
    ++next.now.epoch;
    next.now.high_water = next.now.announced = zddm::threshold::open();
    next.proof.used = r > row::unrun;
    next.proof.covered = next.proof.verified = r >= row::migrated;
    more(next);
    if (!zddm::lifecycle::replace(memory, m.called, seen, next, {"test", "place"})) throw std::runtime_error("not placed");
  }
  /// As if the first chunk of a plan had been copied so far.
  void copied(zddm::backfill::plan const& p, zddm::backfill::mark const& first, bool done = true) {
    zddm::backfill::state_queue<zddm::memory::state_store> queue(memory, m.called);
    queue.make(p.encoded(), p.chunks());
    auto const plan = queue.plan()->id;
    auto const t = queue.claim(plan, "w", {}, 60s).at(0);
    queue.report(t, {done ? zddm::backfill::work::done : zddm::backfill::work::held, first.encoded()});
  }
  bool said(std::string_view text) const {
    return data.str().find(text) != std::string::npos || talk.str().find(text) != std::string::npos;
  }

  scripted m;
  zddm::memory::state_store memory;
  std::istringstream in;
  std::ostringstream data, talk;
  cli::shared_state state;
  cli::options asked;
  cli::console out;
  cli::interruption stop;
};

/// What was written, and whoever acts when something was: `act` is told how often that happened.
class heard : public std::ostream {
public:
  explicit heard(std::function<void(int)> act) : std::ostream(nullptr), ear_(std::move(act)) { rdbuf(&ear_); }
  std::string str() const { return ear_.str(); }

private:
  struct ear : std::stringbuf {
    explicit ear(std::function<void(int)> a) : act(std::move(a)) {}
    int sync() override { return act(++times), 0; }
    std::function<void(int)> act;
    int times = 0;
  } ear_;
};

/// A process of the fleet that obeys on its own.
struct process {
  explicit process(zddm::memory::state_store& s, bool background = true)
      : handle("names"), membership(s, handle, {60s, 2ms, "test", background}) {}

  zddm::lifecycle::handle handle;
  zddm::lifecycle::member<zddm::memory::state_store> membership;
};

/// The lease of a process of this machine, or of another one.
inline void put_lease(desk& d, std::int64_t pid, std::chrono::milliseconds left, std::uint64_t process, std::string host = {}) {
  auto owner = zddm::lifecycle::identity::self();
  owner.pid = pid;
  if (!host.empty()) owner.host = host, owner.space = "another";
  zddm::lifecycle::lease const one{process, 1, 0, (d.state.now() + left).count(), owner, "0.1.0", "service", ""};
  std::array<zddm::lifecycle::change, 1> const put{
      {{zddm::lifecycle::lease_path("names", process), 0, zddm::lifecycle::entry::encode("lease", one)}}};
  REQUIRE(d.memory.commit(put));
}

/// The number of a process that has ended.
inline std::int64_t dead_pid() {
  auto const pid = ::fork();
  if (pid == 0) ::_exit(0);
  ::waitpid(pid, nullptr, 0);
  return pid;
}

} // namespace world
