// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/subject_of.hpp>

#include <map>
#include <string>

#include <doctest/doctest.h>

#include <cli/ground.hpp>
#include <zddm/consistency/versioned.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/state_store.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>

using namespace zddm;
using cli::environment;
using cli::subject_of;

namespace {

struct by_environment {
  static constexpr zddm::lifecycle::thresholds thresholds{.latency_percent = 150};
  static constexpr std::string_view name = "by_environment";
  explicit by_environment(environment const& env) { path = env.get("PLACE", "none"); }
  void migrate() {}
  static inline std::string path;
};

struct narrow_row {
  std::string text;
  friend bool operator==(narrow_row const&, narrow_row const&) = default;
};
struct narrow {
  static narrow_row to_new(std::string const& v) { return {v}; }
};
static_assert(!mapped<ground::store, narrow>::is_two_way);

/// Both stores keep versions.
struct with_versions {
  static constexpr std::string_view name = "with_versions";
  using store = memory::store<int, std::string>;
  using proxy_type = proxy<store, store, lifecycle::shared, consistency::versioned>;
  store& old_store() { return from; }
  store& new_store() { return to; }
  static inline store from, to;
};

/// The same, and the keys of New stand in another order than Old's.
struct renamed {
  static std::string to_new(std::string const& v) { return v; }
  static std::string to_old(std::string const& v) { return v; }
  static std::string key_to_new(int k) { return std::to_string(k); }
  static int key_to_old(std::string const& k) { return std::stoi(k); }
};
struct with_versions_and_renamed_keys {
  static constexpr std::string_view name = "renamed";
  using old_type = mapped<memory::store<int, std::string>, renamed>;
  using new_type = memory::store<std::string, std::string>;
  using proxy_type = proxy<old_type, new_type, lifecycle::shared, consistency::versioned>;
  old_type& old_store() { return shaped; }
  new_type& new_store() { return to; }
  static inline memory::store<int, std::string> from;
  static inline old_type shaped{from};
  static inline new_type to;
};

intent_id const dead{1, 1}, live{2, 1};
bool is_dead(intent_id id) { return id == dead; }

} // namespace

TEST_CASE("subject_of: what the type says of itself") {
  environment const env;
  subject_of<ground::names> const m(env);
  CHECK(m.name() == "names");
  CHECK(m.from() == "memory:old");
  CHECK(m.to() == "memory:new");
  CHECK(m.reach() == threshold::percent(20));
  CHECK(m.one_way().empty());
  CHECK(m.thresholds() == lifecycle::thresholds{});
  CHECK(m.between_stores());
  CHECK(m.depends_on().empty());
  subject_of<ground::fields> const f(env);
  CHECK_FALSE(f.between_stores());
  CHECK(f.from().empty());
  CHECK(f.reach().is_open());
  CHECK(f.depends_on() == std::vector<std::string_view>{"names"});
}

TEST_CASE("subject_of: a migration is made from the environment, once, when it is needed") {
  by_environment::path.clear();
  environment const env([](std::string const&) { return std::optional<std::string>("there"); });
  subject_of<by_environment> m(env);
  CHECK(m.name() == "by_environment");
  CHECK(m.thresholds() == lifecycle::thresholds{.latency_percent = 150});
  CHECK(by_environment::path.empty());
  m.open();
  CHECK(by_environment::path == "there");
  by_environment::path.clear();
  m.open();
  m.migrate();
  CHECK(by_environment::path.empty());
}

TEST_CASE("subject_of: its own steps, and New's side records with them") {
  ground::place p;
  environment const env;
  subject_of<ground::names> m(env);
  m.prepare();
  CHECK(p.prepared == 1);
  p.to.put(1, "a");
  CHECK(m.rows_in_new() == 1);
  m.clear_new();
  CHECK(m.rows_in_new() == 0);
  m.destroy();
  CHECK(p.destroyed == 1);
  subject_of<ground::fields> f(env);
  f.migrate();
  CHECK(p.migrated == 1);
  f.prepare();
  f.destroy();
  CHECK(f.rows_in_new() == 0);
}

TEST_CASE("subject_of: copying, comparing and healing") {
  ground::place p;
  environment const env;
  memory::state_store state;
  auto shared = cli::shared_state::of(state);
  subject_of<ground::names> m(env);
  for (int i = 0; i < 100; ++i) p.from.put(i, std::to_string(i));
  CHECK(m.copy(shared, {}).ending == backfill::ending::complete);
  CHECK(m.rows_in_new() == 100);
  CHECK(m.compare({}).clean());

  p.to.put(7, "wrong");
  p.to.erase(8);
  verify::options how;
  how.patience.looks = 1;
  auto const found = m.compare(how);
  CHECK(found.wrong.differs == 1);
  verify::repairs done{};
  CHECK(m.heal(how, {.dry_run = true}, done).open().total() == 0); // as it would be
  CHECK(*p.to.get(7) == "wrong");
  auto const healed = m.heal(how, {}, done);
  CHECK(healed.wrong.differs == 1);
  CHECK(healed.repaired.differs == 1);
  CHECK(healed.open().total() == 0);
  CHECK(done.healed >= 1);
  CHECK(*p.to.get(7) == "7");
}

TEST_CASE("subject_of: New asks Old for a key it is told to distrust, beside writers") {
  ground::place p;
  environment const env;
  subject_of<ground::names> m(env);
  p.to.put(7, "stale");
  auto const other = p.to.begin(8, live);
  m.distrust("7");
  m.distrust("8");
  CHECK(p.to.look(7).known == knowledge::unknown);
  CHECK_FALSE(p.to.look(7).pending);
  CHECK(p.to.look(8).pending);
  p.to.end(8, *other, "eight");
  CHECK(p.to.look(8).known == knowledge::unknown);
  CHECK_THROWS_AS(m.distrust("seven"), error);
}

TEST_CASE("subject_of: draining heals what the dead began and leaves the living alone") {
  ground::place p;
  environment const env;
  subject_of<ground::names> m(env);
  p.from.put(1, "one");
  p.from.put(2, "two");
  p.to.begin(1, dead);
  p.to.begin(2, live);
  auto const first = m.drain(is_dead, {});
  CHECK(first.healed == 1);
  CHECK(first.in_flight == 1);
  CHECK(*p.to.get(1) == "one");
  CHECK_FALSE(p.to.get(2));
}

TEST_CASE("subject_of: nobody begins a write of a sealed New") {
  ground::place p;
  environment const env;
  subject_of<ground::names> m(env);
  p.to.put(1, "one");
  m.seal();
  CHECK_FALSE(p.to.begin(1, live));
  CHECK(*p.to.get(1) == "one");
}

TEST_CASE("subject_of: marks of the dead are freed with their values, those of the living stay") {
  ground::place p;
  environment const env;
  subject_of<ground::names> m(env);
  auto const put = [](std::string v) { return [v](std::optional<std::string> const&) { return std::optional<std::string>(v); }; };
  for (int key : {1, 2}) {
    p.to.put(key, "before");
    auto const f = put("marked");
    REQUIRE(p.to.mark(key, f, key == 1 ? dead : live));
  }
  CHECK(m.free_marks(is_dead, {}) == 1);
  CHECK(*p.to.get(1) == "marked");
  CHECK_FALSE(p.to.look(1).pending);
  CHECK(*p.to.get(2) == "marked");
  auto const again = put("again");
  CHECK(p.to.mark(1, again, live));
  CHECK_FALSE(p.to.mark(2, again, dead));
}

TEST_CASE("subject_of: stores that keep versions are copied, compared, healed and drained by them") {
  auto& from = with_versions::from;
  auto& to = with_versions::to;
  environment const env;
  memory::state_store state;
  auto shared = cli::shared_state::of(state);
  subject_of<with_versions> m(env);
  for (int i = 0; i < 100; ++i) from.put_next(i, std::to_string(i), 1);
  to.erase_if_newer(50, from.erase_next(50, 1));
  CHECK(m.copy(shared, {}).ending == backfill::ending::complete);
  CHECK(to.size() == 99);
  CHECK(to.get_versioned(7) == from.get_versioned(7));
  CHECK(m.compare({}).clean());

  to.put(7, "wrong");
  from.put_next(8, "its process died", 2);
  verify::options how;
  how.timing.sleep = [](auto, auto const&) {};
  CHECK(m.compare(how).wrong.differs == 2);
  verify::repairs done{};
  CHECK(m.heal(how, {.right = verify::authority::new_store}, done).open().total() == 0);
  CHECK(done.healed == 2);
  CHECK(*from.get(7) == "wrong");
  CHECK(*to.get(8) == "its process died");

  m.distrust("10"); // New has what Old has
  CHECK(to.get(10));
  from.put_next(9, "nine", 3); // while New was shut out
  m.distrust("9");
  CHECK_FALSE(to.get(9));
  CHECK(m.compare(how).unknown.total() == 1);
  CHECK(m.compare(how).wrong.total() == 0);
  auto const drained = m.drain(is_dead, {});
  CHECK(drained.healed == 1);
  CHECK(drained.dry());
  CHECK(*to.get(9) == "nine");
  CHECK(m.compare(how).unknown.total() == 0);
}

TEST_CASE("subject_of: a drain by versions heals what New does not know, and decides nothing where New knows better") {
  environment const env;
  auto& from = with_versions::from;
  auto& to = with_versions::to;
  from.clear();
  to.clear();
  subject_of<with_versions> m(env);
  to.put_if_newer(4, "four", from.put_next(4, "four", 1));
  from.put_next(5, "five", 1);
  to.erase_if_newer(5, {9, 1});
  from.put_next(6, "its process died", 1);
  auto const drained = m.drain(is_dead, {});
  CHECK(drained.healed == 1);
  CHECK(drained.dry());
  CHECK(*to.get(6) == "its process died");
  CHECK_FALSE(to.get(5));
  CHECK((from.get_versioned(5).version == version{1, 1}));
}

TEST_CASE("subject_of: a drain by versions goes over stores whose keys stand in different orders") {
  environment const env;
  using stores = with_versions_and_renamed_keys;
  subject_of<stores> m(env);
  for (int i = 1; i <= 30; ++i) {
    auto const v = stores::from.put_next(i, "v", 1);
    if (i != 7) stores::to.put_if_newer(std::to_string(i), "v", v);
  }
  auto const drained = m.drain(is_dead, {});
  CHECK(drained.healed == 1);
  CHECK(drained.dry());
  CHECK(stores::to.get("7"));
}
