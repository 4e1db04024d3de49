// SPDX-License-Identifier: BSL-1.0
#include <zddm/consistency/intent.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/failure/propagate.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

namespace {

using zddm::reached;
using zddm::lifecycle::row;
using zddm::lifecycle::step;

/// New as a store whose calls fail while the switch is thrown: before their effect, or after it.
struct flaky : zddm::memory::store<std::string, int> {
  using base = zddm::memory::store<std::string, int>;
  std::string broken;
  bool after = false;

  template <class Call> auto guard(std::string const& name, Call&& call) {
    bool const now = broken == name || broken == "all";
    if (now && !after) throw zddm::store_error(zddm::error_class::transient, "New is down");
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      if (now) throw zddm::store_error(zddm::error_class::unknown_outcome, "New did not answer");
    } else {
      auto result = call();
      if (now) throw zddm::store_error(zddm::error_class::unknown_outcome, "New did not answer");
      return result;
    }
  }
  auto get(std::string const& k) {
    return guard("get", [&] { return base::get(k); });
  }
  auto look(std::string const& k) {
    return guard("look", [&] { return base::look(k); });
  }
  auto begin(std::string const& k, zddm::intent_id id) {
    return guard("begin", [&] { return base::begin(k, id); });
  }
  bool end(std::string const& k, zddm::intent const& t, std::optional<int> const& v) {
    return guard("end", [&] { return base::end(k, t, v); });
  }
  void release(std::string const& k, zddm::intent const& t) {
    guard("release", [&] { base::release(k, t); });
  }
  template <class F> auto mark(std::string const& k, F&& f, zddm::intent_id id) {
    return guard("mark", [&] { return base::mark(k, f, id); });
  }
  bool fill(std::string const& k, std::optional<int> const& v, std::uint64_t seen) {
    return guard("fill", [&] { return base::fill(k, v, seen); });
  }
};

/// Old as a store whose next put fails.
struct flaky_old : zddm::memory::store<std::string, int> {
  using base = zddm::memory::store<std::string, int>;
  std::optional<zddm::error_class> next;
  void put(std::string const& k, int v) {
    if (auto const kind = std::exchange(next, std::nullopt)) {
      if (*kind == zddm::error_class::unknown_outcome) base::put(k, v);
      throw zddm::store_error(*kind, "Old failed");
    }
    base::put(k, v);
  }
};

struct fixture {
  flaky_old old_rows;
  flaky new_rows;
  zddm::lifecycle::handle life{"trial"};
  zddm::proxy<flaky_old, flaky, zddm::lifecycle::local> proxy{old_rows, new_rows, life};

  explicit fixture(row to) {
    if (to >= row::prepared) life.take(step::prepare);
    if (to >= row::migrated) life.take(step::migrate);
    if (to >= row::switched) life.take(step::cut_over);
    if (to >= row::completed) life.take(step::complete);
  }
};

} // namespace

TEST_CASE("a write says what reached which store") {
  fixture f(row::unrun);
  CHECK((f.proxy.write("k", 1) == zddm::write_outcome{reached::applied, reached::not_asked}));
  f.life.take(step::prepare);
  CHECK((f.proxy.write("k", 2) == zddm::write_outcome{reached::applied, reached::applied}));
  f.life.take(step::migrate);
  f.life.take(step::cut_over);
  f.life.take(step::complete);
  CHECK((f.proxy.write("k", 3) == zddm::write_outcome{reached::not_asked, reached::applied}));
  CHECK(f.old_rows.get("k") == 2);
}

TEST_CASE("a read that misses fills New, and the next is answered by it") {
  fixture f(row::prepared);
  f.old_rows.put("k", 7);
  CHECK(f.proxy.read("k") == 7);
  CHECK(f.new_rows.base::get("k") == 7);
  f.old_rows.put("k", 8); // behind the proxy's back: only New is asked now
  CHECK(f.proxy.read("k") == 7);
}

TEST_CASE("reads of keys that are nowhere leave nothing in New") {
  fixture f(row::prepared);
  CHECK(!f.proxy.read("nobody"));
  CHECK(f.new_rows.records(std::nullopt, 10, [](auto&&...) {}) == 0);
}

TEST_CASE("an erase is known to New, and a late fill does not bring the key back") {
  fixture f(row::prepared);
  f.proxy.write("k", 1);
  auto const before = f.new_rows.sequence();
  f.proxy.erase("k");
  CHECK(f.new_rows.base::look("k").known == zddm::knowledge::absent);
  CHECK_FALSE(f.new_rows.base::fill("k", 1, before));
  CHECK(!f.proxy.read("k"));
}

TEST_CASE("H4: a New that fails at the end of a write leaves the key to Old") {
  for (bool const after : {false, true})
    for (auto const at : {row::prepared, row::migrated}) {
      fixture f(at);
      f.proxy.write("k", 1);
      f.new_rows.broken = "end";
      f.new_rows.after = after;
      CHECK(f.proxy.write("k", 2).old_store == reached::applied);
      f.new_rows.broken.clear();
      CHECK(f.proxy.read("k") == 2);
    }
}

TEST_CASE("H6: what Old may have taken leaves the key to Old; what it certainly did not is healed by the next read") {
  for (auto const kind : {zddm::error_class::transient, zddm::error_class::permanent, zddm::error_class::unknown_outcome}) {
    CAPTURE(to_string(kind));
    fixture f(row::prepared);
    f.proxy.write("k", 1);
    f.old_rows.next = kind;
    CHECK_THROWS_WITH_AS(f.proxy.write("k", 2), "ZD-101: Old failed", zddm::store_error);
    CHECK(f.proxy.read("k") == (kind == zddm::error_class::unknown_outcome ? 2 : 1));
    bool const in_flight = f.new_rows.base::look("k").pending;
    CHECK(in_flight == (kind == zddm::error_class::unknown_outcome));
  }
}

TEST_CASE("no fault of New reaches a caller before the switch, and nothing stale is served after it") {
  for (auto const* call : {"look", "begin", "end", "release", "fill", "all"})
    for (bool const after : {false, true})
      for (auto const at : {row::prepared, row::migrated}) {
        CAPTURE(call);
        CAPTURE(after);
        fixture f(at);
        f.proxy.write("k", 1);
        f.new_rows.broken = call;
        f.new_rows.after = after;
        CHECK_NOTHROW(f.proxy.write("k", 2));
        CHECK(f.proxy.read("k") == 2);
        CHECK_NOTHROW(f.proxy.update("k", [](auto const& n) { return std::optional<int>(*n + 1); }));
        CHECK_NOTHROW(f.proxy.write("other", 5));
        CHECK_NOTHROW(f.proxy.erase("other"));
        f.new_rows.broken.clear();
        CHECK(f.proxy.read("k") == 3);
        CHECK(!f.proxy.read("other"));
      }
}

TEST_CASE("a New that cannot be told of a write is shut out: the key is journaled and Old alone goes on") {
  fixture f(row::migrated);
  f.proxy.write("k", 1);
  f.new_rows.broken = "begin";
  CHECK((f.proxy.write("k", 2) == zddm::write_outcome{reached::applied, reached::journaled}));
  CHECK(f.life.current().shut == zddm::lifecycle::quarantine::settled);
  f.new_rows.broken.clear();
  CHECK(f.new_rows.base::get("k") == 1); // stale, and nobody is given it
  CHECK(f.proxy.read("k") == 2);
}

TEST_CASE("once New is required, a write it cannot take fails and leaves Old as it was") {
  fixture f(row::switched);
  f.proxy.write("k", 1);
  f.new_rows.broken = "begin";
  CHECK_THROWS_AS(f.proxy.write("k", 2), zddm::store_error);
  CHECK(f.old_rows.get("k") == 1);
  f.new_rows.broken = "end";
  try {
    f.proxy.write("k", 3);
    FAIL("the write was acknowledged");
  } catch (zddm::store_error const& e) {
    CHECK(e.kind() == zddm::error_class::unknown_outcome);
  }
  f.new_rows.broken.clear();
  CHECK(f.proxy.read("k") == 3);
}

TEST_CASE("H12: a writer that was taken for dead makes New, the authority by now, forget nothing") {
  using rows = zddm::memory::store<std::string, int>;
  rows old_rows, inner;
  zddm::testing::faulty_store<rows> new_rows(inner);
  zddm::lifecycle::handle life("trial");
  zddm::proxy<rows, zddm::testing::faulty_store<rows>, zddm::lifecycle::shared, zddm::gate::dial> p(old_rows, new_rows, life);
  life.extend_lease(zddm::coarse_clock::time_point::max());
  for (auto const s : {step::prepare, step::migrate, step::cut_over}) life.take(s);
  p.write("k", 1);
  REQUIRE(inner.get("k") == 1);
  // It stands still before its first step in New for longer than its lease; meanwhile the others have gone on.
  new_rows.script([&](std::string_view member) -> std::optional<zddm::testing::fault> {
    if (member != "begin") return std::nullopt;
    life.extend_lease(zddm::coarse_clock::time_point{});
    inner.seal();
    return std::nullopt;
  });
  SUBCASE("write") { CHECK_THROWS_AS(p.write("k", 2), zddm::lease_lost); }
  SUBCASE("erase") { CHECK_THROWS_AS(p.erase("k"), zddm::lease_lost); }
  SUBCASE("update") {
    CHECK_THROWS_AS(p.update("k", [](auto const&) { return std::optional<int>(); }), zddm::lease_lost);
  }
  CHECK(inner.get("k") == 1);
  CHECK(inner.look("k").known == zddm::knowledge::present);
  CHECK(old_rows.get("k") == 1);
}

TEST_CASE("H7: an update whose function throws leaves both stores as they were") {
  for (auto const at : {row::prepared, row::switched, row::completed}) {
    fixture f(at);
    f.proxy.write("k", 1);
    CHECK_THROWS_AS(f.proxy.update("k", [](auto const&) -> std::optional<int> { throw std::runtime_error("no"); }),
                    std::runtime_error);
    CHECK(f.proxy.read("k") == 1);
    CHECK_FALSE(f.new_rows.base::look("k").pending);
  }
}

TEST_CASE("H15: updates of many threads are all applied, while the migration walks through its life") {
  zddm::memory::store<std::string, int> old_rows, new_rows;
  zddm::lifecycle::handle life("trial");
  zddm::proxy<decltype(old_rows), decltype(new_rows), zddm::lifecycle::local, zddm::gate::dial> proxy(old_rows, new_rows, life);
  std::atomic<bool> stop = false;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int i = 0; !stop; ++i, ++done) {
        proxy.update(i % 2 != 0 ? "a" : "b", [](auto const& n) { return std::optional<int>(n.value_or(0) + 1); });
        if (proxy.read("a").value_or(0) < 0) std::abort();
      }
    });
  auto const go_on = [&] {
    int const now = done;
    while (done < now + 200) std::this_thread::yield();
  };
  go_on();
  life.take(step::prepare);
  for (auto const rate : {10u, 60u, 20u, 100u}) {
    life.set_rate(zddm::threshold::percent(rate));
    go_on();
  }
  for (auto const next : {step::migrate, step::cut_over, step::switch_off, step::cut_over}) {
    life.take(next);
    go_on();
  }
  // Nothing becomes unknown in completing, and nothing may be unknown in completed.
  life.publish(*next_settings(step::complete, life.current(), zddm::threshold::open()));
  for (auto const* key : {"a", "b"}) CHECK(proxy.read(key).has_value());
  go_on();
  life.take(step::complete);
  go_on();
  stop = true;
  for (auto& t : threads) t.join();
  CHECK(proxy.read("a").value_or(0) + proxy.read("b").value_or(0) == done);
}
