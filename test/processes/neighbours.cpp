// SPDX-License-Identifier: BSL-1.0
// Two migrations of one program whose stores share a SQLite file, an LMDB environment and a state store.
#include <zddm/cli/run.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <tools/scratch.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/lmdb/environment.hpp>
#include <zddm/lmdb/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/state_store.hpp>
#include <zddm/sqlite/store.hpp>

using namespace zddm;
using lifecycle::row;

namespace {

struct note {
  BOOST_HANA_DEFINE_STRUCT(note, (std::string, text), (std::int64_t, number));
  friend bool operator==(note const&, note const&) = default;
};
using in_sqlite = sqlite::store<std::string, note>;
using in_lmdb = lmdb::store<std::string, note>;

/// What all of them stand on; one test at a time.
struct ground {
  explicit ground(std::string const& folder) : file(folder + "/all.db"), environment(folder + "/all.lmdb") {
    for (auto* table : {&users, &orders, &orders_v2}) table->create_table();
    here = this;
  }
  sqlite::database file;
  in_sqlite users{file, {.table = "users", .key = {"id"}}};
  in_sqlite orders{file, {.table = "orders", .key = {"id"}}};
  in_sqlite orders_v2{file, {.table = "orders_v2", .key = {"id"}}};
  lmdb::environment environment;
  in_lmdb users_v2{environment, "users"};
  in_lmdb archive{environment, "archive"};
  static inline ground* here = nullptr;
};

struct users {
  static constexpr std::string_view name = "users";
  using proxy_type = proxy<in_sqlite, in_lmdb, lifecycle::shared, gate::dial>;
  in_sqlite& old_store() { return ground::here->users; }
  in_lmdb& new_store() { return ground::here->users_v2; }
};
struct orders {
  static constexpr std::string_view name = "orders";
  static constexpr std::array<std::string_view, 1> depends_on{"users"};
  using proxy_type = proxy<in_sqlite, in_sqlite, lifecycle::shared, gate::dial>;
  in_sqlite& old_store() { return ground::here->orders; }
  in_sqlite& new_store() { return ground::here->orders_v2; }
};

/// A process that uses one of them without pause, and knows what it has to read.
template <class Migration> class user {
public:
  explicit user(sqlite::state_store& state) : life_(std::string(Migration::name)), membership_(state, life_) {
    thread_ = std::jthread([this](std::stop_token const& stop) {
      for (std::int64_t n = 0; !stop.stop_requested(); ++n) try {
          auto const key = std::to_string(n % 40);
          if (n % 3 == 0)
            proxy_.write(key, known[key] = {"n" + std::to_string(n), n});
          else {
            auto const is = proxy_.read(key);
            auto const wanted = known.find(key);
            wrong += wanted == known.end() ? is.has_value() : is != wanted->second;
          }
          ++done;
        } catch (std::exception const& e) {
          ++failed;
        }
    });
  }
  void stop() {
    thread_.request_stop();
    thread_.join();
  }
  /// Waits for a while of undisturbed use.
  void goes_on() const {
    for (auto const before = done.load(); done < before + 60 && failed == 0;) std::this_thread::yield();
  }
  lifecycle::settings obeyed() const { return life_.current(); }
  lifecycle::handle& life() { return life_; }

  std::map<std::string, note> known;
  std::atomic<int> done{0}, failed{0}, wrong{0};

private:
  lifecycle::handle life_;
  lifecycle::member<sqlite::state_store> membership_;
  Migration migration_;
  typename Migration::proxy_type proxy_{migration_.old_store(), migration_.new_store(), life_};
  std::jthread thread_;
};

template <class Store> std::map<std::string, note> all(Store& s) {
  std::map<std::string, note> rows;
  s.scan({}, ~std::size_t{0}, [&](auto const& key, note const& n) { rows.emplace(key, n); });
  return rows;
}

} // namespace

TEST_CASE("neighbours: two migrations in the same files go their ways without a word of each other") {
  test::scratch const folder;
  ground g(folder / "");
  g.archive.put("kept", {"of nobody's business", 1});
  sqlite::state_store state(folder / "state.db", {.synchronous = sqlite::synchronous::normal});
  auto shared = cli::shared_state::of(state);
  std::string said;
  auto const zd = [&](std::vector<std::string> words) {
    std::istringstream in;
    std::ostringstream out;
    int const code = cli::run<orders, users>(words, {{in, out, out}, cli::environment(), nullptr, &shared});
    said = out.str();
    return code;
  };
  user<users> one(state);
  user<orders> two(state);
  auto const at = [&](std::string_view name) { return lifecycle::load(state, name).value; };
  auto const go_on = [&] {
    one.goes_on();
    two.goes_on();
    return one.failed + one.wrong + two.failed + two.wrong == 0;
  };

  CHECK(zd({"prepare", "orders"}) == 3); // users first
  CHECK(zd({"prepare"}) == 0);           // both, in order
  CHECK(said.find("users is prepared") < said.find("orders is prepared"));
  CHECK(zd({"gate", "users", "50"}) == 0);
  CHECK(one.obeyed().rate == threshold::percent(50));
  CHECK(two.obeyed().rate == threshold::closed());
  CHECK(go_on());

  CHECK(zd({"migrate"}) == 0);
  CHECK(go_on());
  CHECK(at("users").proof.verified);

  // One goes back and empties its New; the other keeps its rows, its evidence and its place.
  auto const before = at("users");
  CHECK(zd({"rollback", "orders"}) == 0);
  CHECK(at("users") == before);
  CHECK(g.orders_v2.size() == 0);
  CHECK(g.users_v2.size() > 0);
  CHECK(go_on());
  CHECK(zd({"verify", "users"}) == 0);

  // New of one is shut out; the other does not hear of it.
  one.life().quarantine("New is down");
  CHECK(one.obeyed().shut == lifecycle::quarantine::settled);
  CHECK(two.obeyed().shut == lifecycle::quarantine::none);
  CHECK(zd({"prepare", "orders"}) == 0);
  CHECK(go_on());
  CHECK(zd({"repair", "users"}) == 0);

  CHECK(zd({"switch", "users"}) == 0);
  CHECK(zd({"rollback", "users"}) == 3); // orders depends on it
  CHECK(zd({"migrate", "orders"}) == 0);
  CHECK(zd({"complete", "users", "--yes=users"}) == 0);
  CHECK(go_on());
  one.stop();
  CHECK(all(g.users_v2) == one.known);
  CHECK(zd({"switch", "orders"}) == 0);
  two.goes_on();
  CHECK(zd({"verify", "orders"}) == 0);
  CHECK(zd({"complete", "--yes=orders"}) == 0);
  two.goes_on();
  two.stop();
  CHECK(all(g.orders_v2) == two.known);
  CHECK(one.failed + one.wrong + two.failed + two.wrong == 0);
  CHECK(all(g.archive).size() == 1);
}

TEST_CASE("neighbours: the gates of two migrations open for different keys") {
  lifecycle::handle const one("users"), two("orders");
  int both = 0, either = 0;
  for (int i = 0; i < 1000; ++i) {
    auto const key = "user:" + std::to_string(i);
    bool const a = threshold::percent(10).admits(hash(key, one.seed())), b = threshold::percent(10).admits(hash(key, two.seed()));
    both += a && b;
    either += a || b;
  }
  CHECK(either > 150);
  CHECK(both < 40);
}
