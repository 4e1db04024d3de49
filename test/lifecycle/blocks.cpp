// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/blocks.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

using namespace zddm;
using lifecycle::row;
using lifecycle::settings;

namespace {

settings at_row(row r, std::uint64_t epoch = 1) {
  settings s;
  s.at = r;
  s.epoch = epoch;
  return s;
}

struct heard {
  std::string migration;
  std::string text;
  unsigned line;
};
std::vector<heard> warnings;
void listen(lifecycle::warning const& w) {
  warnings.push_back({std::string(w.migration), lifecycle::to_string(w), w.where.line()});
}

struct listening {
  lifecycle::warning_sink before = lifecycle::send_warnings_to(&listen);
  listening() { warnings.clear(); }
  ~listening() { lifecycle::send_warnings_to(before); }
};

std::string which_of_all(lifecycle::handle& m) {
  std::string ran;
  handle(m, until_prepared([&] { ran += 'a'; }), once_prepared([&] { ran += 'b'; }), until_migrated([&] { ran += 'c'; }),
         once_migrated([&] { ran += 'd'; }), until_switched([&] { ran += 'e'; }), once_switched([&] { ran += 'f'; }),
         until_completed([&] { ran += 'g'; }), once_completed([&] { ran += 'h'; }), always([&] { ran += 'i'; }));
  return ran;
}

} // namespace

TEST_CASE("blocks of the present row run in the order of writing and announced rows count as the state before") {
  listening const ears;
  auto const in = [](row r) {
    lifecycle::handle m("m", at_row(r));
    return which_of_all(m);
  };
  CHECK(in(row::unrun) == "acegi");
  CHECK(in(row::preparing) == "acegi");
  CHECK(in(row::prepared) == "bcegi");
  CHECK(in(row::migrating) == "bcegi");
  CHECK(in(row::migrated) == "bdegi");
  CHECK(in(row::switching) == "bdegi");
  CHECK(in(row::switched) == "bdfgi");
  CHECK(in(row::completing) == "bdfgi");
  CHECK(in(row::completed) == "bdfhi");
}

TEST_CASE("a handle that only acts may cover some states only") {
  listening const ears;
  int calls = 0;
  lifecycle::handle unrun("m", at_row(row::unrun));
  handle(unrun, once_prepared([&] { ++calls; }));
  CHECK(calls == 0);
  lifecycle::handle prepared("m", at_row(row::prepared));
  handle(prepared, once_prepared([&] { ++calls; }));
  CHECK(calls == 1);
}

TEST_CASE("a handle returns what the block of the present row returned") {
  listening const ears;
  auto const answer = [](row r) {
    lifecycle::handle m("m", at_row(r));
    return handle(m, until_prepared([] { return 1; }), once_prepared([] { return 2; }));
  };
  CHECK(answer(row::unrun) == 1);
  CHECK(answer(row::preparing) == 1);
  CHECK(answer(row::prepared) == 2);
  CHECK(answer(row::switched) == 2);
  CHECK(answer(row::completed) == 2);
}

TEST_CASE("a value may be anything that can be returned") {
  lifecycle::handle m("m", at_row(row::switched));

  std::string old_name = "old", new_name = "new";
  auto& name = handle(m, until_switched([&]() -> std::string& { return old_name; }),
                      once_switched([&]() -> std::string& { return new_name; }));
  static_assert(std::is_same_v<decltype(name), std::string&>);
  CHECK(&name == &new_name);

  auto owned =
      handle(m, until_switched([] { return std::make_unique<int>(1); }), once_switched([] { return std::make_unique<int>(2); }));
  CHECK(*owned == 2);

  auto const mixed = handle(m, until_switched([] { return 1; }), once_switched([] { return 2.5; }));
  static_assert(std::is_same_v<decltype(mixed), double const>);
  CHECK(mixed == 2.5);

  auto const shared = handle(m, once_switched([s = std::make_unique<int>(7)] { return *s; }), until_switched([] { return 0; }));
  CHECK(shared == 7);

  CHECK(handle(m, always([] { return 3; })) == 3);
}

TEST_CASE("a block may throw and the operation is over") {
  lifecycle::handle m("m", at_row(row::prepared));
  CHECK_THROWS_AS(handle(m, once_prepared([] { throw std::runtime_error("store"); })), std::runtime_error);
  m.publish(at_row(row::migrating, 2)); // would wait for ever for an operation still under way
  CHECK(m.current().at == row::migrating);
}

TEST_CASE("the next row is not settled before the blocks have ended") {
  lifecycle::handle m("m", at_row(row::prepared));
  std::atomic<bool> inside{false}, let_go{false}, settled{false};
  bool settled_while_inside = true;
  std::thread service([&] {
    handle(m, once_prepared([&] {
             inside = true;
             while (!let_go) std::this_thread::yield();
             settled_while_inside = settled;
           }));
  });
  while (!inside) std::this_thread::yield();
  std::atomic<int> waits{0};
  std::thread operator_([&] {
    m.publish(at_row(row::migrating, 2), [&] {
      ++waits;
      std::this_thread::yield();
    });
    settled = true;
  });
  while (waits < 100) std::this_thread::yield();
  let_go = true;
  service.join();
  operator_.join();
  CHECK_FALSE(settled_while_inside);
}

TEST_CASE("a handle inside a block obeys the row of the outer one even when the next row is announced meanwhile") {
  lifecycle::handle m("m", at_row(row::switching));
  auto const reads_new = [&] { return handle(m, until_switched([] { return false; }), once_switched([] { return true; })); };
  std::atomic<bool> inside{false}, published{false};
  bool first = true, second = true;
  std::thread service([&] {
    handle(m, always([&] {
             first = reads_new();
             inside = true;
             while (!published) std::this_thread::yield();
             second = reads_new();
           }));
  });
  while (!inside) std::this_thread::yield();
  std::thread operator_([&] { m.publish(at_row(row::switched, 2), [&] { published = true; }); });
  service.join();
  operator_.join();
  CHECK_FALSE(first);
  CHECK_FALSE(second);
  CHECK(reads_new());
}

TEST_CASE("a block that moves its own migration is refused instead of waiting for itself") {
  lifecycle::handle m("m", at_row(row::prepared)), other("other", at_row(row::prepared));
  auto const code = [](auto&& call) {
    try {
      call();
    } catch (error const& e) {
      return e.code();
    }
    return 0;
  };
  handle(m, always([&] {
           CHECK(code([&] { m.take(lifecycle::step::migrate); }) == 402);
           CHECK(code([&] { m.publish(at_row(row::migrating, 2)); }) == 402);
           CHECK(code([&] { m.quarantine("New is away"); }) == 402);
           CHECK(code([&] { other.take(lifecycle::step::migrate); }) == 0);
         }));
  CHECK(m.current().at == row::prepared);
  CHECK(m.current().shut == lifecycle::quarantine::none);
  CHECK(other.current().at == row::migrated);
}

TEST_CASE("handles of another migration inside a block obey their own row") {
  lifecycle::handle outer("outer", at_row(row::prepared)), inner("inner", at_row(row::switched));
  std::string ran;
  handle(outer, until_switched([&] {
           ran += "outer old,";
           handle(inner, until_switched([&] { ran += "inner old"; }), once_switched([&] { ran += "inner new"; }));
         }));
  CHECK(ran == "outer old,inner new");
}

TEST_CASE("a completed migration warns once at each place") {
  listening const ears;
  lifecycle::handle m("merge_names", at_row(row::completed));
  std::string ran;
  unsigned first = 0, second = 0;
  for (int i = 0; i < 3; ++i) {
    first = __LINE__, handle(m, once_completed([&] { ran += 'a'; }));
    second = __LINE__, handle(m, until_completed([&] { ran += 'b'; }));
  }
  CHECK(ran == "aaa");
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].line == first);
  CHECK(warnings[1].line == second);
  CHECK(warnings[0].migration == "merge_names");
  for (auto const* word : {"blocks.cpp:", "merge_names", "completed", "strip"})
    CHECK(warnings[0].text.find(word) != std::string::npos);
}

TEST_CASE("two places whose blocks are of the same type warn each for itself") {
  listening const ears;
  lifecycle::handle m("m", at_row(row::completed)), other("other", at_row(row::completed));
  std::function<void()> const nothing = [] {};
  for (int i = 0; i < 3; ++i) {
    handle(m, always(nothing));
    handle(m, always(nothing));
  }
  CHECK(warnings.size() == 2);
  auto const at_one_place = [&](lifecycle::handle& which) { handle(which, always(nothing)); };
  at_one_place(m);
  at_one_place(other);
  at_one_place(m);
  CHECK(warnings.size() == 4);
}

TEST_CASE("no other row warns") {
  listening const ears;
  for (auto const r : {row::unrun, row::preparing, row::prepared, row::migrating, row::migrated, row::switching, row::switched,
                       row::completing}) {
    lifecycle::handle m("m", at_row(r));
    handle(m, always([] {}));
  }
  CHECK(warnings.empty());
}

TEST_CASE("a destroyed migration throws and runs nothing") {
  listening const ears;
  lifecycle::handle m("merge_names", at_row(row::destroyed));
  bool ran = false;
  try {
    handle(m, always([&] { ran = true; }));
    FAIL("no error");
  } catch (error const& e) {
    CHECK(e.code() == 105);
    for (auto const* word : {"ZD-105", "merge_names", "blocks.cpp:", "Strip"})
      CHECK(std::string(e.what()).find(word) != std::string::npos);
  }
  CHECK_THROWS_AS((void)handle(m, until_switched([] { return 1; }), once_switched([] { return 2; })), error);
  CHECK_FALSE(ran);
  CHECK(warnings.empty());
}

TEST_CASE("a process without a lease is refused before any block") {
  lifecycle::handle m("m", at_row(row::prepared));
  m.extend_lease(coarse_clock::time_point{});
  bool ran = false;
  CHECK_THROWS_AS(handle(m, always([&] { ran = true; })), lease_lost);
  CHECK_FALSE(ran);
}

TEST_CASE("a lease that runs out on the way leaves an unknown outcome") {
  lifecycle::handle m("m", at_row(row::prepared));
  m.extend_lease(coarse_clock::now() + std::chrono::hours(1));
  auto const outcome = [&](auto&& call) {
    m.extend_lease(coarse_clock::now() + std::chrono::hours(1));
    try {
      call();
    } catch (store_error const& e) {
      CHECK(e.code() == 114);
      return e.kind();
    }
    FAIL("no error");
    return error_class::permanent;
  };
  CHECK(outcome([&] { handle(m, always([&] { m.extend_lease(coarse_clock::time_point{}); })); }) == error_class::unknown_outcome);
  CHECK(outcome([&] {
          (void)handle(m, always([&] {
                         m.extend_lease(coarse_clock::time_point{});
                         return 1;
                       }));
        }) == error_class::unknown_outcome);
}
