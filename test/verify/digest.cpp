// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/digest.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/store.hpp>

#include "tools/people.hpp"
#include "tools/watched.hpp"

using people = zddm::memory::store<int, std::string>;
using zddm::verify::digestible;
using zddm::verify::kind;

namespace {

/// Hands out rows only by `scan`, and says how many.
struct counting : people {
  template <class Sink> std::size_t scan(zddm::key_range<int> const& range, std::size_t limit, Sink&& sink) {
    auto const n = people::scan(range, limit, sink);
    scanned += n;
    return n;
  }
  std::size_t scanned = 0;
};

struct told {
  zddm::verify::advance<int> n{};
  std::map<int, kind> odd{};
  std::vector<std::string> keyless{};
  std::uint64_t merged = 0;
};

template <class Old, class New> told compared(Old& from, New& to, zddm::verify::stretch<int> const& s = {}) {
  told t;
  t.n = zddm::verify::digest(
      from, to, s, [&](kind k, int key) { CHECK(t.odd.emplace(key, k).second); },
      [&](std::string const& key) { t.keyless.push_back(key); }, t.merged);
  return t;
}

template <class Old, class New> void fill_both(Old& from, New& to, int rows) {
  for (int i = 1; i <= rows; ++i) {
    from.put(i, "v" + std::to_string(i));
    to.put(i, "v" + std::to_string(i));
  }
}

} // namespace

static_assert(digestible<people, people>);
static_assert(digestible<test::in_new_shape, zddm::memory::store<int, test::new_person>>);
static_assert(!digestible<test::under_new_keys, zddm::memory::store<std::string, test::new_person>>);
static_assert(!digestible<test::watched<people>, test::watched<people>>);

TEST_CASE("digest hands out no row where the stores agree, and few where one key differs") {
  counting from, to;
  fill_both(from, to, 100'000);
  auto const clean = compared(from, to);
  CHECK(clean.n.ends);
  CHECK(clean.n.walked == 100'000);
  CHECK(clean.n.compared == 100'000);
  CHECK(from.scanned + to.scanned == 0);
  to.put(77'777, "wrong");
  auto const one = compared(from, to);
  CHECK((one.odd == std::map<int, kind>{{77'777, kind::differs}}));
  CHECK(one.n.compared == 100'000);
  CHECK(from.scanned + to.scanned <= 2 * 256);
}

TEST_CASE("digest finds every kind of difference, wherever it is") {
  people from, to;
  fill_both(from, to, 5000);
  to.erase(1);
  to.erase(4096);
  from.erase(5000);
  to.put(0, "first");
  to.put(6000, "last");
  to.put(2500, "wrong");
  auto const t = compared(from, to);
  CHECK((t.odd == std::map<int, kind>{{0, kind::extra},
                                      {1, kind::missing},
                                      {2500, kind::differs},
                                      {4096, kind::missing},
                                      {5000, kind::extra},
                                      {6000, kind::extra}}));
  CHECK(t.n.compared == 5002);
  people none;
  CHECK(compared(none, none).n.ends);
  CHECK(compared(from, none).odd.size() == 4999);
  CHECK(compared(none, to).odd.size() == 5000);
}

TEST_CASE("digest is not misled by two rows that swapped their values") {
  people from, to;
  fill_both(from, to, 100);
  to.put(3, "v4");
  to.put(4, "v3");
  CHECK((compared(from, to).odd == std::map<int, kind>{{3, kind::differs}, {4, kind::differs}}));
}

TEST_CASE("digest of an Old in another shape is that of the mapped rows, and a row without a counterpart is gone into") {
  test::old_people from;
  test::add_people(from, 1000);
  test::in_new_shape shaped(from);
  zddm::memory::store<int, test::new_person> to;
  for (int i = 1; i <= 1000; ++i) to.put(i, *shaped.get(i));
  auto const clean = compared(shaped, to);
  CHECK(clean.odd.empty());
  CHECK(clean.merged == 0);
  from.put(500, {});
  from.put(1000, {});
  to.erase(1000);
  from.put(20, {"Eve", "Nr 20", 1});
  CHECK(
      (compared(shaped, to).odd == std::map<int, kind>{{20, kind::differs}, {500, kind::unmappable}, {1000, kind::unmappable}}));
}

TEST_CASE("digest in stretches goes over every key once, and keeps to its range") {
  people from, to;
  fill_both(from, to, 3000);
  for (int i = 100; i <= 3000; i += 100) to.put(i, "wrong");
  for (std::uint64_t most : {1u, 250u, 999u}) {
    std::map<int, kind> odd;
    std::uint64_t walked = 0, merged = 0;
    zddm::verify::advance<int> n;
    for (n.last = 50; !n.ends; walked += n.walked)
      n = zddm::verify::digest(
          from, to, {.range = {n.last, 2050}, .most = most}, [&](kind k, int key) { CHECK(odd.emplace(key, k).second); },
          [](auto const&) {}, merged);
    CHECK(odd.size() == 20);
    CHECK(walked == 2000);
  }
}

TEST_CASE("digest ends when it is asked to, and says where") {
  people from, to;
  fill_both(from, to, 3000);
  to.put(1500, "wrong");
  std::stop_source stop;
  std::uint64_t merged = 0;
  auto const n = zddm::verify::digest(
      from, to, {.stop = stop.get_token()}, [&](kind, int) { stop.request_stop(); }, [](auto const&) {}, merged);
  CHECK_FALSE(n.ends);
  CHECK(n.last == 1500);
}

TEST_CASE("digest sees a write between the two digests of a range as a range to be looked into") {
  people from, to;
  fill_both(from, to, 1000);
  std::uint64_t looks = 0;
  test::watched<people> busy(from, [&](std::string_view call, bool after) {
    if (call == "scan" && after && ++looks == 1) test::dual_write(from, to, 500, "w", {7, 1});
  });
  auto const t = compared(busy, to);
  CHECK(t.odd.empty());
  CHECK(t.n.compared == 1000);
  CHECK(looks == 2);
}
