// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/copy.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <zddm/core/dated_rows.hpp>
#include <zddm/core/lapsing.hpp>
#include <zddm/memory/store.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using people = zddm::memory::store<int, std::string>;
using zddm::backfill::copy;

namespace {

template <class Old, class New> std::size_t copy_all(Old& from, New& to, std::size_t limit = 1000) {
  copy<Old, New> c(from, to);
  typename copy<Old, New>::page_type page;
  c.read({}, limit, page);
  return c.write(page);
}

/// What a copier without a fence does.
template <class Old, class New> void copy_blindly(Old& from, New& to) {
  for (auto const& row : test::rows_of(from)) to.put(row.key, row.value);
}

/// What a copier does that only makes sure not to overwrite.
template <class Old, class New> void copy_if_absent(Old& from, New& to) {
  for (auto const& row : test::rows_of(from)) to.insert(row.key, row.value);
}

/// Old, with somebody who acts once between the copier's read and its write.
template <class F> auto interrupted(people& from, F act) {
  return test::watched<people>(from, [act, done = false](std::string_view call, bool after) mutable {
    if (call == "scan" && after && !done) done = true, act();
  });
}

/// Fills under one lock, as a proxy with locked keys does.
struct locked_fill {
  people& from;
  people& to;
  std::mutex lock{};
  std::size_t calls = 0;

  bool fill(int key) {
    std::lock_guard const hold(lock);
    ++calls;
    if (to.get(key)) return false;
    auto const value = from.get(key);
    if (value) to.put(key, *value);
    return value.has_value();
  }
};

} // namespace

static_assert(zddm::backfill::target<people, people>);
static_assert(zddm::backfill::target<locked_fill, people>);
static_assert(!zddm::backfill::target<zddm::memory::store<int, int>, people>);
static_assert(!zddm::backfill::target<int, people>);

TEST_CASE("copy H9: a value written between the copier's read and its write stays") {
  auto const trial = [](auto copier) {
    people from, to;
    from.put(1, "v1");
    auto writer = interrupted(from, [&] { test::dual_write(from, to, 1, "v2", {7, 1}); });
    copier(writer, to);
    CHECK(from.get(1) == "v2");
    return to.get(1);
  };
  CHECK(trial([](auto& from, auto& to) { copy_blindly(from, to); }) == "v1");
  CHECK(trial([](auto& from, auto& to) { CHECK(copy_all(from, to) == 0); }) == "v2");
}

TEST_CASE("copy H2: a key erased between the copier's read and its write stays away") {
  auto const trial = [](auto copier) {
    people from, to;
    from.put(1, "v1");
    auto writer = interrupted(from, [&] { test::dual_write(from, to, 1, std::nullopt, {7, 1}); });
    copier(writer, to);
    CHECK_FALSE(from.get(1));
    return to.get(1);
  };
  CHECK(trial([](auto& from, auto& to) { copy_if_absent(from, to); }) == "v1");
  CHECK_FALSE(trial([](auto& from, auto& to) { CHECK(copy_all(from, to) == 0); }));
}

TEST_CASE("copy fills nothing that was read before a write began which left the key unknown") {
  people from, to;
  from.put(1, "v1");
  auto writers = interrupted(from, [&] {
    auto const first = to.begin(1, {7, 1}).value();
    auto const second = to.begin(1, {8, 1}).value();
    from.put(1, "v2");
    to.end(1, first, "v3");
    to.end(1, second, "v2");
  });
  CHECK(copy_all(writers, to) == 0);
  CHECK(to.look(1).known == zddm::knowledge::unknown);
  CHECK(copy_all(writers, to) == 1);
  CHECK(to.get(1) == "v2");
}

TEST_CASE("copy leaves a key alone that somebody is writing") {
  people from, to;
  from.put(1, "v1");
  auto const t = to.begin(1, {7, 1}).value();
  CHECK(copy_all(from, to) == 0);
  CHECK_FALSE(to.get(1));
  from.put(1, "v2");
  CHECK(to.end(1, t, "v2"));
  CHECK(copy_all(from, to) == 0);
  CHECK(to.get(1) == "v2");
}

TEST_CASE("copy may write a page late, and twice") {
  people from, to;
  for (int i = 0; i < 10; ++i) from.put(i, "v1");
  copy<people, people> c(from, to);
  copy<people, people>::page_type page;
  c.read({}, 100, page);
  CHECK(page.ends);
  test::dual_write(from, to, 3, "v2", {7, 1});
  test::dual_write(from, to, 4, std::nullopt, {7, 2});
  CHECK(c.write(page) == 8);
  CHECK(c.write(page) == 0);
  CHECK(test::rows_of(from) == test::rows_of(to));
}

TEST_CASE("copy reads pages one after the other into the same room") {
  people from, to;
  for (int i = 1; i <= 5; ++i) from.put(i, std::to_string(i));
  copy<people, people> c(from, to);
  copy<people, people>::page_type page;
  c.read({}, 3, page);
  CHECK(page.rows.size() == 3);
  CHECK(page.last == 3);
  CHECK_FALSE(page.ends);
  c.read({page.last, {}}, 3, page);
  CHECK(page.rows.size() == 2);
  CHECK(page.rows[1].value == "5");
  CHECK(page.last == 5);
  CHECK(page.ends);
  c.read({5, {}}, 3, page);
  CHECK(page.rows.empty());
  CHECK(page.ends);
  CHECK(c.write(page) == 0);
}

TEST_CASE("copy hands a filler the keys alone, and the filler reads what is there now") {
  people from, to;
  for (int i = 0; i < 4; ++i) from.put(i, "v1");
  to.put(0, "newer");
  locked_fill filler{from, to};
  copy<people, locked_fill> c(from, filler);
  copy<people, locked_fill>::page_type page;
  c.read({}, 100, page);
  from.put(1, "v2");
  from.erase(2);
  CHECK(c.write(page) == 2);
  CHECK(filler.calls == 4);
  CHECK(to.get(0) == "newer");
  CHECK(to.get(1) == "v2");
  CHECK_FALSE(to.get(2));
  CHECK(to.get(3) == "v1");
}

TEST_CASE("copy maps what it reads, refuses what has no counterpart, and goes on behind it") {
  test::old_people from;
  test::add_people(from, 6);
  from.put(2, {});
  from.put(3, {});
  test::in_new_shape shaped(from);
  zddm::memory::store<int, test::new_person> to;
  copy<test::in_new_shape, decltype(to)> c(shaped, to);
  decltype(c)::page_type page;
  c.read({}, 3, page);
  CHECK(page.rows.size() == 1);
  CHECK(page.refused == std::vector<std::string>{"2", "3"});
  CHECK(page.last == 3);
  CHECK_FALSE(page.ends);
  CHECK(c.write(page) == 1);
  CHECK(to.get(1)->name == "Ada Nr 1");
  c.read({page.last, {}}, 10, page);
  CHECK(page.refused.empty());
  CHECK(page.last == 6);
  CHECK(page.ends);
  CHECK(c.write(page) == 3);
}

TEST_CASE("copy names a row whose key has no counterpart by its old key") {
  test::old_people from;
  test::add_people(from, 2);
  from.put(-7, {"Ada", "Negative", 1});
  test::under_new_keys shaped(from);
  zddm::memory::store<std::string, test::new_person> to;
  copy<test::under_new_keys, decltype(to)> c(shaped, to);
  decltype(c)::page_type page;
  c.read({}, 10, page);
  CHECK(page.refused == std::vector<std::string>{"-7"});
  CHECK(c.write(page) == 2);
  CHECK(to.get("p2"));
}

TEST_CASE("copy ends a page with the row that fills its bytes, and goes on behind it") {
  people from, to;
  for (int i = 1; i <= 10; ++i) from.put(i, std::string(1000, 'x'));
  copy<people, people> c(from, to);
  copy<people, people>::page_type page;
  c.read({}, {100, 2500}, page);
  CHECK(page.rows.size() == 3);
  CHECK(page.last == 3);
  CHECK_FALSE(page.ends);
  CHECK(page.bytes > 3000);
  CHECK(c.write(page) == 3);
  c.read({3, {}}, {2, 2500}, page);
  CHECK(page.rows.size() == 2);
  c.read({9, {}}, {100, 1}, page);
  CHECK(page.rows.size() == 1);
  CHECK_FALSE(page.ends);
  c.read({10, {}}, {100, 1}, page);
  CHECK(page.rows.empty());
  CHECK(page.ends);
  c.read({}, {100, 1}, page);
  CHECK(page.rows.size() == 1);
}

TEST_CASE("copy H14: a row ends in New when it does in Old, whenever it was copied") {
  using tokens = zddm::memory::store<int, std::string>;
  tokens rows;
  rows.put_for(1, "short", std::chrono::hours(1));
  rows.put(2, "for ever");
  zddm::dated_rows<tokens> from(rows);
  zddm::lapsing<zddm::memory::store<int, zddm::dated<std::string>>> to;
  CHECK(copy_all(from, to) == 2);
  auto const left = static_cast<std::int64_t>(*to.get(1)->until) - static_cast<std::int64_t>(zddm::wall_clock::now());
  CHECK(left <= 3'600'000);
  CHECK(left > 3'500'000);
  CHECK_FALSE(to.get(2)->until);
}

TEST_CASE("copy keeps no more room than a few pages take, wherever in them the big rows stand") {
  people from, to;
  std::mt19937 random(1);
  for (int i = 0; i < 40'000; ++i) from.put(i, std::string(random() % 100 == 0 ? 50'000 : 5, 'x'));
  copy<people, people> c(from, to);
  copy<people, people>::page_type page;
  std::size_t const bytes = 200'000;
  std::size_t most = 0;
  zddm::key_range<int> rest;
  do {
    c.read(rest, {1000, bytes}, page);
    rest.after = page.last;
    std::size_t room = 0;
    for (auto const& row : page.rows) room += row.value.capacity();
    most = std::max(most, room);
  } while (!page.ends);
  CHECK(most < 8 * bytes);
}
