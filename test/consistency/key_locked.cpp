// SPDX-License-Identifier: BSL-1.0
#include <zddm/consistency/key_locked.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

using namespace zddm;
using lifecycle::row;
using lifecycle::step;

namespace {

using table = memory::store<std::string, int>;
using faulty = testing::faulty_store<table>;
using testing::fault;
using moment = testing::fault::moment;

/// get, put and erase, and nothing else; somebody may act after a get and before a put.
struct plain {
  using key_type = std::string;
  using value_type = int;
  std::optional<int> get(std::string const& key) {
    auto value = inner.get(key);
    if (after_get) after_get();
    return value;
  }
  void put(std::string const& key, int value) {
    if (before_put) before_put();
    inner.put(key, value);
  }
  void erase(std::string const& key) { inner.erase(key); }

  table inner;
  std::function<void()> after_get, before_put;
};
static_assert(!updatable_store<plain> && !insertable_store<plain>);

template <class Old, class New, class... Policies>
using locked = proxy<Old, New, lifecycle::local, consistency::key_locked, gate::dial, Policies...>;

std::optional<int> increment(std::optional<int> const& n) { return n.value_or(0) + 1; }

template <class Proxy> void take(lifecycle::handle& h, Proxy& p, step s) { h.take(s, p.reach); }

/// Leads to a row in which both stores are written for every key.
template <class Proxy> void open_up(lifecycle::handle& h, Proxy& p) {
  take(h, p, step::prepare);
  h.set_rate(threshold::open());
}

/// Runs `f` elsewhere, and gives it a while to end; it may be waiting for the caller.
template <class F> std::future<void> beside(F f) {
  auto done = std::async(std::launch::async, f);
  done.wait_for(std::chrono::milliseconds(100));
  return done;
}

/// The whole life but for its end, up and down; ends in `switched`.
template <class Proxy, class Clear> void live(lifecycle::handle& h, Proxy& p, Clear clear) {
  auto const dial = [&] {
    for (auto const percent : {30u, 100u, 0u, 60u, 10u, 100u}) {
      h.set_rate(threshold::percent(percent));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  for (int round = 0; round < 3; ++round) {
    take(h, p, step::prepare);
    dial();
    take(h, p, step::migrate);
    dial();
    take(h, p, step::cut_over);
    dial();
    if (round == 2) return;
    take(h, p, step::switch_off);
    dial();
    take(h, p, step::roll_back);
    clear();
  }
}

/// Threads increment counters and watch them while the migration lives its whole life.
template <class Old, class New> void count_through_a_life(Old& from, New& to, table& beneath) {
  lifecycle::handle h("m");
  locked<Old, New> p(from, to, h);
  constexpr int writers = 3, counters = 7;
  std::array<std::atomic<int>, counters> acknowledged{};
  std::atomic<bool> over{false};
  std::atomic<int> errors{0}, went_back{0};
  auto const key = [](int n) { return "counter:" + std::to_string(n); };

  std::vector<std::thread> threads;
  for (int t = 0; t < writers; ++t)
    threads.emplace_back([&, t] {
      for (int n = t; !over; ++n) try {
          p.update(key(n % counters), increment);
          ++acknowledged[static_cast<std::size_t>(n % counters)];
        } catch (store_error const&) {
          ++errors;
        }
    });
  threads.emplace_back([&] {
    std::array<int, counters> seen{};
    for (int n = 0; !over; n = (n + 1) % counters) {
      int const least = acknowledged[static_cast<std::size_t>(n)];
      int const now = p.read(key(n)).value_or(0);
      went_back += now < seen[static_cast<std::size_t>(n)] || now < least;
      seen[static_cast<std::size_t>(n)] = now;
    }
  });
  live(h, p, [&] { beneath.clear(); });
  over = true;
  for (auto& t : threads) t.join();
  for (int n = 0; n < counters; ++n) p.fill(key(n));
  p.heal();
  take(h, p, step::complete);
  CHECK(errors == 0);
  CHECK(went_back == 0);
  int total = 0;
  for (int n = 0; n < counters; ++n) {
    int const wanted = acknowledged[static_cast<std::size_t>(n)];
    CHECK(p.read(key(n)).value_or(0) == wanted);
    total += wanted;
  }
  CHECK(total > 1000);
}

} // namespace

TEST_CASE("key_locked: no increment is lost and no reader sees a counter go back, through a whole life") {
  SUBCASE("over an Old that updates in one step") {
    table from, to;
    count_through_a_life(from, to, to);
  }
  SUBCASE("over an Old that can get and put") {
    plain from;
    table to;
    count_through_a_life(from, to, to);
  }
  SUBCASE("over two stores that can get and put") {
    plain from, to;
    count_through_a_life(from, to, to.inner);
  }
}

TEST_CASE("key_locked: until switching no caller sees an error of New, whichever call fails and however, and nothing is lost") {
  std::uint64_t tried = 0;
  for (auto const kind : {error_class::transient, error_class::permanent, error_class::unknown_outcome})
    for (auto const at : {moment::before_effect, moment::after_effect})
      for (std::uint64_t nth = 1;; ++nth) {
        table from, to;
        faulty flaky(to);
        lifecycle::handle h("m");
        locked<table, faulty> p(from, flaky, h);
        std::map<std::string, int> truth{{"a", 1}, {"b", 2}, {"c", 3}};
        for (auto const& [k, v] : truth) from.put(k, v);
        auto const check = [&] {
          for (auto const* k : {"a", "b", "c", "d"}) {
            auto const it = truth.find(k);
            REQUIRE(p.read(k) == (it == truth.end() ? std::nullopt : std::optional<int>(it->second)));
          }
        };
        auto const work = [&] {
          check();
          p.write("a", ++truth["a"]);
          p.erase("b");
          truth.erase("b");
          p.update("c", increment);
          ++truth["c"];
          p.write("d", ++truth["d"]);
          check();
          p.write("b", ++truth["b"]);
          p.update("d", [](auto const&) { return std::optional<int>(); });
          truth.erase("d");
          check();
        };
        flaky.script(testing::fail_nth(nth, {kind, at}));
        open_up(h, p);
        work();
        h.set_rate(threshold::closed());
        work();
        h.set_rate(threshold::open());
        work();
        take(h, p, step::migrate);
        work();
        bool const failed = flaky.faults() != 0;
        flaky.script({});
        for (auto const& [k, v] : truth) p.fill(k);
        p.heal();
        for (auto const s : {step::cut_over, step::complete}) {
          take(h, p, s);
          check();
        }
        for (auto const* k : {"a", "b", "c", "d"}) CHECK(to.get(k) == p.read(k));
        if (!failed) break;
        ++tried;
      }
  CHECK(tried > 6 * 50);
}

TEST_CASE("key_locked: with New failing at random under many threads no acknowledged increment is lost") {
  table from, to;
  faulty flaky(to);
  std::uint32_t dice = 7;
  flaky.script([&](std::string_view) -> std::optional<fault> {
    dice = dice * 1664525u + 1013904223u;
    if (dice >> 30 != 0) return std::nullopt;
    return fault{error_class::unknown_outcome, (dice >> 29) & 1u ? moment::before_effect : moment::after_effect};
  });
  lifecycle::handle h("m");
  locked<table, faulty> p(from, flaky, h);
  std::atomic<int> errors{0};
  std::atomic<bool> over{false};
  std::array<std::atomic<int>, 3> acknowledged{};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < acknowledged.size(); ++t)
    threads.emplace_back([&, t] {
      while (!over) try {
          p.update(std::string(1, static_cast<char>('a' + t)), increment);
          int const least = ++acknowledged[t];
          errors += p.read(std::string(1, static_cast<char>('a' + t))) != least;
        } catch (store_error const&) {
          ++errors;
        }
    });
  open_up(h, p);
  for (int n = 0; n < 10; ++n)
    for (auto const percent : {0u, 100u, 50u, 100u}) {
      h.set_rate(threshold::percent(percent));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  take(h, p, step::migrate);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  over = true;
  for (auto& t : threads) t.join();
  CHECK(errors == 0);
  CHECK(flaky.faults() > 0);
  flaky.script({});
  p.heal();
  take(h, p, step::cut_over);
  take(h, p, step::complete);
  for (std::size_t t = 0; t < acknowledged.size(); ++t)
    CHECK(p.read(std::string(1, static_cast<char>('a' + t))) == acknowledged[t]);
}

TEST_CASE("key_locked: a key in doubt is healed by a read, by a write, or by heal, and by then stores agree") {
  for (int way = 0; way < 3; ++way) {
    table from, to;
    faulty flaky(to);
    lifecycle::handle h("m");
    locked<table, faulty> p(from, flaky, h);
    open_up(h, p);
    p.write("k", 1);
    flaky.script(testing::fail_always());
    CHECK((p.erase("k") == write_outcome{reached::applied, reached::unknown}));
    CHECK(!p.read("k"));
    CHECK_THROWS_AS(p.heal(), store_error);
    flaky.script({});
    CHECK(to.get("k") == 1); // what must never be read again
    if (way == 0) CHECK(!p.read("k"));
    if (way == 1) p.write("k", 2);
    if (way == 2) CHECK(p.heal() == 1);
    CHECK(to.get("k") == from.get("k"));
    CHECK(p.heal() == 0);
  }
}

TEST_CASE("key_locked: an exception of the caller's function leaves both stores as they were, in every row") {
  table from, to;
  lifecycle::handle h("m");
  locked<table, table> p(from, to, h);
  p.write("k", 1);
  auto const check = [&] {
    auto const before = p.read("k"), before_old = from.get("k"), before_new = to.get("k");
    CHECK_THROWS_WITH_AS(p.update("k", [](auto const&) -> std::optional<int> { throw std::domain_error("no"); }), "no",
                         std::domain_error);
    CHECK(from.get("k") == before_old);
    CHECK(to.get("k") == before_new);
    CHECK(p.heal() == 0);
    CHECK(p.read("k") == before);
    p.update("k", increment);
  };
  check();
  open_up(h, p);
  check();
  h.set_rate(threshold::closed());
  check();
  for (auto const s : {step::migrate, step::cut_over, step::complete}) {
    take(h, p, s);
    check();
  }
  CHECK(p.read("k") == 7);
}

TEST_CASE("key_locked: a write of Old that may still arrive keeps its key on Old until heal says otherwise") {
  for (auto const at : {moment::before_effect, moment::after_effect}) {
    table from, to;
    faulty slow(from);
    lifecycle::handle h("m");
    locked<faulty, table> p(slow, to, h);
    open_up(h, p);
    p.write("k", 1);
    slow.script(testing::fail_always({error_class::unknown_outcome, at}, "put"));
    CHECK_THROWS_AS(p.write("k", 2), store_error);
    slow.script({});
    CHECK(p.read("k") == from.get("k"));
    from.put("k", 2); // it arrives
    CHECK(p.read("k") == 2);
    p.write("k", 3);
    CHECK(p.read("k") == 3);
    from.put("k", 2); // it arrives late, over a later write, as it would without New
    CHECK(p.read("k") == 2);
    CHECK(p.heal() == 1);
    CHECK(to.get("k") == 2);
    CHECK(p.heal() == 0);
  }
}

TEST_CASE("key_locked: a write that certainly did not reach Old leaves nothing in doubt") {
  table from, to;
  faulty flaky(from);
  lifecycle::handle h("m");
  locked<faulty, table> p(flaky, to, h);
  open_up(h, p);
  p.write("k", 1);
  flaky.script(testing::fail_always({error_class::permanent}));
  CHECK_THROWS_AS(p.write("k", 2), store_error);
  CHECK_THROWS_AS(p.erase("k"), store_error);
  CHECK(p.read("k") == 1); // answered by New
  flaky.script({});
  CHECK(p.heal() == 0);
}

TEST_CASE(
    "key_locked: a reader between Old and its fill holds up the writer, so that no stale value and no deleted key fills New") {
  for (bool const erases : {false, true}) {
    plain from;
    table to;
    lifecycle::handle h("m");
    locked<plain, table> p(from, to, h);
    from.put("k", 1);
    open_up(h, p);
    std::future<void> writer;
    from.after_get = [&] {
      if (!writer.valid()) writer = beside([&] { erases ? p.erase("k") : p.write("k", 2); });
    };
    CHECK(p.read("k") == 1);
    writer.wait();
    CHECK(to.get("k") == from.get("k"));
    CHECK(p.read("k") == (erases ? std::nullopt : std::optional<int>(2)));
  }
}

TEST_CASE("key_locked: once Old has a write, no reader is given what it replaced after another was given the new value") {
  table from;
  plain to;
  lifecycle::handle h("m");
  locked<table, plain> p(from, to, h);
  open_up(h, p);
  p.write("k", 1);
  std::future<void> reader;
  std::optional<int> first, second;
  to.before_put = [&] { // Old has the new value, New not yet
    if (!reader.valid())
      reader = beside([&] {
        first = p.read("k");
        second = p.read("k");
      });
  };
  p.write("k", 2);
  reader.wait();
  CHECK((first == 1 || first == 2));
  CHECK((second == 2 || first == 1));
  CHECK(p.read("k") == 2);
}

TEST_CASE("key_locked: two writers of a key reach both stores in one order") {
  plain from, to;
  lifecycle::handle h("m");
  locked<plain, plain> p(from, to, h);
  open_up(h, p);
  std::future<void> other;
  to.before_put = [&] {
    if (!other.valid()) other = beside([&] { p.write("k", 2); });
  };
  p.write("k", 1);
  other.wait();
  CHECK(from.inner.get("k") == 2);
  CHECK(to.inner.get("k") == 2);
}

TEST_CASE("key_locked: in unrun too a write beside an update of a plain Old comes before it or after it") {
  plain from, to;
  lifecycle::handle h("m");
  locked<plain, plain> p(from, to, h);
  p.write("k", 1);
  std::future<void> writer;
  p.update("k", [&](std::optional<int> const& n) -> std::optional<int> {
    if (!writer.valid()) writer = beside([&] { p.write("k", 100); });
    return *n + 1;
  });
  writer.wait();
  CHECK((p.read("k") == 100 || p.read("k") == 101));
  CHECK(to.inner.size() == 0);
}

TEST_CASE("key_locked: while New is the authority an update of a key that New lacks starts from Old") {
  table from, to;
  faulty slow(to);
  lifecycle::handle h("m");
  locked<table, faulty> p(from, slow, h);
  from.put("k", 41);
  for (auto const s : {step::prepare, step::migrate, step::cut_over}) take(h, p, s);
  std::optional<int> result;
  std::thread mover;
  {
    auto const held = h.enter(); // keeps the fleet in `completing`
    mover = std::thread([&] { take(h, p, step::complete); });
    while (h.current().at != row::completing) std::this_thread::yield();
    std::thread([&] { result = p.update("k", increment); }).join();
  }
  mover.join();
  CHECK(result == 42);
  CHECK(from.get("k") == 42);
  CHECK(p.read("k") == 42);
}

TEST_CASE("key_locked: one stripe for all keys is slower, not wrong") {
  table from, to;
  lifecycle::handle h("m");
  proxy<table, table, lifecycle::local, consistency::key_locked_by<std::mutex, 1>> p(from, to, h);
  h.take(step::prepare);
  for (int n = 0; n < 50; ++n) p.write(std::to_string(n), n);
  for (int n = 0; n < 50; ++n) CHECK(p.read(std::to_string(n)) == n);
  CHECK(to.size() == 50);
}
