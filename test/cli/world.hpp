// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <zddm/cli/console.hpp>
#include <zddm/cli/environment.hpp>
#include <zddm/cli/interruption.hpp>
#include <zddm/cli/options.hpp>
#include <zddm/cli/session.hpp>
#include <zddm/cli/shared_state.hpp>
#include <zddm/cli/subject_of.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/handle.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/state_store.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

/// Two stores in memory, a fleet in memory, and a command line whose words are kept.
namespace world {

using namespace std::chrono_literals;
namespace cli = zddm::cli;
using zddm::lifecycle::row;
using zddm::lifecycle::step;

/// A store that can be cut off.
class store : public zddm::memory::store<int, std::string> {
  using base = zddm::memory::store<int, std::string>;

public:
  std::optional<std::string> get(int const& key) const { return reach(), base::get(key); }
  std::uint64_t size() const { return reach(), base::size(); }
  auto begin(int const& key, zddm::intent_id id) { return reach(), base::begin(key, id); }
  auto look(int const& key) const { return reach(), base::look(key); }
  void clear() { reach(), base::clear(); }

  bool down = false;

private:
  void reach() const {
    if (down) throw zddm::store_error(zddm::error_class::transient, "the store is down");
  }
};

/// What the migrations below stand on; one test at a time.
struct ground {
  store from, to;
  int prepared = 0, migrated = 0, destroyed = 0;
  bool fail_step = false;
};
inline ground* here = nullptr;

struct names {
  static constexpr std::string_view name = "names", from = "memory:old", to = "memory:new";
  using proxy_type = zddm::proxy<store, store, zddm::lifecycle::shared, zddm::gate::dial>;
  store& old_store() { return here->from; }
  store& new_store() { return here->to; }
  void prepare() {
    if (here->fail_step) throw std::runtime_error("the step failed");
    ++here->prepared;
  }
  void destroy() {
    if (here->fail_step) throw std::runtime_error("the step failed");
    ++here->destroyed;
  }
};

/// Within one store, by a step of its own.
struct fields {
  static constexpr std::string_view name = "fields";
  void prepare() { ++here->prepared; }
  void migrate() {
    if (here->fail_step) throw std::runtime_error("the step failed");
    ++here->migrated;
  }
  void destroy() { ++here->destroyed; }
};

/// A process of the fleet and its proxy.
struct process {
  explicit process(zddm::memory::state_store& s, std::string const& name = "names", std::chrono::milliseconds lease = 60s)
      : handle(name), membership(std::in_place, s, handle, zddm::lifecycle::member_options{lease, 2ms, "test", true}),
        proxy(here->from, here->to, handle) {}

  zddm::lifecycle::handle handle;
  std::optional<zddm::lifecycle::member<zddm::memory::state_store>> membership;
  names::proxy_type proxy;
};

/// A session as a command is given it, with the words it says.
template <class M = names> class desk {
public:
  explicit desk(std::string command, bool json = false, std::string typed = "", bool terminal = false)
      : in(std::move(typed)), state(cli::shared_state::of(memory)),
        out({in, data, talk, terminal, terminal, terminal}, {json, false, false, !terminal, false}), subject(env) {
    here = &under;
    asked.command = std::move(command);
    asked.name = std::string(M::name);
    asked.state = "memory";
    asked.wait = 20s;
  }

  cli::session session() { return {state, out, asked, stop}; }
  void run(void (*command)(cli::session&, cli::subject&)) {
    auto s = session();
    command(s, subject);
  }
  /// As another command.
  void run(std::string name, void (*command)(cli::session&, cli::subject&)) {
    asked.command = std::move(name);
    run(command);
  }
  /// The failure a command ends with.
  cli::failure failure_of(void (*command)(cli::session&, cli::subject&)) {
    try {
      run(command);
    } catch (cli::failure const& e) {
      return e;
    }
    throw std::runtime_error("the command did not fail");
  }

  zddm::lifecycle::record record() { return zddm::lifecycle::load(memory, M::name).value; }
  row at() { return record().now.at; }
  /// Puts the record there, as if the steps had been taken.
  void place(row r, void (*more)(zddm::lifecycle::record&) = [](auto&) {}) {
    auto const seen = zddm::lifecycle::load(memory, M::name);
    auto next = seen.value;
    next.now.at = r;
    ++next.now.epoch;
    next.now.high_water = next.now.announced = zddm::threshold::open();
    next.proof.used = r > row::unrun;
    next.proof.covered = next.proof.verified = r >= row::migrated;
    more(next);
    if (!zddm::lifecycle::replace(memory, M::name, seen, next, {"test", "place"})) throw std::runtime_error("not placed");
  }
  bool said(std::string_view text) const {
    return data.str().find(text) != std::string::npos || talk.str().find(text) != std::string::npos;
  }

  ground under;
  zddm::memory::state_store memory;
  cli::environment env;
  std::istringstream in;
  std::ostringstream data, talk;
  cli::shared_state state;
  cli::options asked;
  cli::console out;
  cli::interruption stop;
  cli::subject_of<M> subject;
};

} // namespace world
