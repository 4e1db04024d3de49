// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/through.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/consistency/key_locked.hpp>
#include <zddm/consistency/sampled.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/transition.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/verify/run.hpp>

using namespace zddm::verify;
using zddm::lifecycle::step;

namespace {

/// A store that can do no more than get, put, erase and walk.
struct plain {
  using key_type = int;
  using value_type = std::string;
  using rows = zddm::memory::store<int, std::string>;
  rows inner{};
  std::atomic<bool> down = false;

  std::optional<std::string> get(int key) { return up().get(key); }
  void put(int key, std::string const& value) { up().put(key, value); }
  void erase(int key) { up().erase(key); }
  template <class Sink> std::size_t scan(zddm::key_range<int> const& range, std::size_t limit, Sink&& sink) {
    return up().scan(range, limit, sink);
  }
  std::vector<int> split_points(std::size_t n) { return up().split_points(n); }
  std::uint64_t size() { return up().size(); }

  rows& up() {
    if (down) throw zddm::store_error(zddm::error_class::transient, "down");
    return inner;
  }
};

template <class Consistency> struct world {
  using proxy_type = zddm::proxy<plain, plain, zddm::lifecycle::local, Consistency>;
  plain from, to;
  zddm::lifecycle::handle migration{"m"};
  proxy_type proxy{from, to, migration};

  void take(std::initializer_list<step> steps) {
    for (auto const s : steps) migration.take(s);
  }
  report compared() {
    options o;
    o.timing.sleep = [](auto, auto const&) {};
    return run(from, to, o, [](auto const&) {}, through(proxy));
  }
  repairs mend(authority right, std::vector<int> const& keys, bool dry_run = false) {
    through_repair repair(proxy, to, {.dry_run = dry_run, .right = right});
    std::uint64_t agree = 0;
    for (int key : keys) agree += repair(key);
    CHECK(agree == repair.done().healed + repair.done().agreed);
    return repair.done();
  }
};
using locked = world<zddm::consistency::key_locked>;

} // namespace

static_assert(one_process_proxy<locked::proxy_type>);
static_assert(one_process_proxy<
              world<zddm::consistency::sampled<1, 100, zddm::consistency::report, zddm::consistency::key_locked>>::proxy_type>);
static_assert(!one_process_proxy<zddm::proxy<plain::rows, plain::rows, zddm::lifecycle::local>>);

TEST_CASE("through: New is made to agree until the switch, Old after it, and what New lacks is always filled from Old") {
  for (auto const right : {authority::old_store, authority::new_store}) {
    locked w;
    w.take({step::prepare, step::migrate});
    if (right == authority::new_store) w.take({step::cut_over});
    for (int key = 1; key <= 5; ++key) w.proxy.write(key, "v" + std::to_string(key));
    w.to.erase(1);
    w.to.put(2, "other");
    w.from.erase(3);
    auto const r = w.compared();
    CHECK(r.wrong.missing == 1);
    CHECK(r.wrong.differs == 1);
    CHECK(r.wrong.extra == 1);
    std::vector<int> const all{1, 2, 3, 4, 5};
    CHECK(w.mend(right, all, true).healed == 3);
    CHECK(w.compared().wrong.total() == 3);
    auto const done = w.mend(right, all);
    CHECK(done.healed == 3);
    CHECK(done.agreed == 2);
    CHECK(w.compared().clean());
    bool const old_is_right = right == authority::old_store;
    CHECK(w.to.get(1) == "v1");
    CHECK(w.from.get(2) == (old_is_right ? "v2" : "other"));
    CHECK(w.to.get(3).has_value() == !old_is_right);
  }
}

TEST_CASE("through: a key in doubt is unknown, and healed once New is back") {
  locked w;
  w.take({step::prepare, step::migrate});
  w.proxy.write(1, "v1");
  w.to.down = true;
  w.proxy.write(1, "v2");
  w.to.down = false;
  CHECK(w.to.get(1) == "v1");
  auto const r = w.compared();
  CHECK(r.wrong.total() == 0);
  CHECK(r.unknown.total() == 1);
  CHECK(w.mend(authority::old_store, {1}).healed == 1);
  CHECK(w.to.get(1) == "v2");
  CHECK(w.compared().unknown.total() == 0);
}

TEST_CASE("through I10: beside writers it alarms of what was planted alone, and its repair undoes no write") {
  for (auto const right : {authority::old_store, authority::new_store}) {
    locked w;
    w.take({step::prepare, step::migrate});
    if (right == authority::new_store) w.take({step::cut_over});
    int const rows = 200;
    for (int key = 1; key <= rows + 10; ++key) w.proxy.write(key, "v");
    w.to.put(rows + 1, "planted");
    w.from.put(rows + 2, "planted");
    std::vector<std::optional<std::string>> last(rows + 1, "v");
    std::atomic<bool> over = false;
    std::jthread writer([&] {
      std::uint64_t x = 1;
      for (int n = 0; !over; ++n) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        int const key = static_cast<int>(x >> 33) % rows + 1;
        auto& mine = last[static_cast<std::size_t>(key)];
        mine = x % 4 == 0 ? std::nullopt : std::optional("w" + std::to_string(n));
        mine ? w.proxy.write(key, *mine) : w.proxy.erase(key);
      }
    });
    for (int round = 0; round < 3; ++round) {
      options o;
      o.timing.sleep = [](auto, auto const&) { std::this_thread::yield(); };
      through_repair mend(w.proxy, w.to, {.right = right});
      auto const r = run(
          w.from, w.to, o,
          [&](auto const& found) {
            CHECK(found.key > rows);
            mend(found.key);
          },
          through(w.proxy));
      CHECK(r.wrong.total() == (round == 0 ? 2 : 0));
      for (int key = 1; key <= rows; ++key) mend(key);
    }
    over = true;
    writer.join();
    CHECK(w.compared().clean());
    for (int key = 1; key <= rows; ++key) {
      CHECK(w.from.get(key) == last[static_cast<std::size_t>(key)]);
      CHECK(w.proxy.read(key) == last[static_cast<std::size_t>(key)]);
    }
    CHECK(w.from.get(rows + 1) == (right == authority::old_store ? "v" : "planted"));
  }
}
