// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/scannable.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "broken.hpp"

namespace {
using namespace laws_test;
using range = zddm::key_range<text>;

template <class Store> std::set<std::string> breaks() {
  return broken<Store>([](auto make, auto fail) { zddm::testing::laws::scannable(make, fail); });
}

/// Scans as a plain loop over everything does; the broken ones change one piece of it.
struct loop : sound {
  virtual ~loop() = default;
  virtual bool above(text const& k, text const& after) const { return k > after; }
  virtual bool up_to(text const& k, text const& upto) const { return k <= upto; }
  virtual std::size_t most(std::size_t limit) const { return limit; }
  virtual bool pause() const { return false; }
  template <class Sink> std::size_t scan(range const& r, std::size_t limit, Sink sink) const {
    std::size_t n = 0;
    maybe last;
    for (bool more = true; more && n < most(limit);) {
      more = sound::scan({last, {}}, 1, [&](text const& k, text const& v) {
        last = k;
        if ((r.after && !above(k, *r.after)) || (r.upto && !up_to(k, *r.upto))) return;
        sink(k, v);
        ++n;
      });
      if (pause()) gap();
    }
    return n;
  }
};
struct takes_start : loop {
  bool above(text const& k, text const& after) const override { return k >= after; }
};
struct leaves_end : loop {
  bool up_to(text const& k, text const& upto) const override { return k < upto; }
};
struct knows_no_limit : loop {
  std::size_t most(std::size_t) const override { return 1000; }
};
struct miscounts : sound {
  template <class Sink> std::size_t scan(range const& r, std::size_t limit, Sink sink) const {
    return sound::scan(r, limit, sink) + 1;
  }
};
struct descends : sound {
  template <class Sink> std::size_t scan(range const& r, std::size_t limit, Sink sink) const {
    std::vector<zddm::entry<text, text>> all;
    sound::scan(r, limit, [&](text const& k, text const& v) { all.push_back({k, v}); });
    for (auto it = all.rbegin(); it != all.rend(); ++it) sink(it->key, it->value);
    return all.size();
  }
};
struct by_position : sound { // pages by counting rows, and so skips one when another before it goes
  template <class Sink> std::size_t scan(range const& r, std::size_t limit, Sink sink) const {
    std::size_t n = 0;
    for (bool more = true; more && n < limit; gap()) {
      std::size_t at = 0;
      more = false;
      sound::scan(r, n + 1, [&](text const& k, text const& v) {
        if (at++ == n) more = true, sink(k, v);
      });
      n += more;
    }
    return n;
  }
};
struct counts_erased : sound {
  std::uint64_t most = 0;
  std::uint64_t size() { return most = std::max(most, sound::size()); }
};
struct splits_twice : sound {
  std::vector<text> split_points(std::size_t n) const {
    auto points = sound::split_points(n);
    if (points.size() > 1) points[1] = points[0];
    return points;
  }
};
struct splits_too_often : sound {
  std::vector<text> split_points(std::size_t n) const { return sound::split_points(n + 1); }
};
struct splits_at_the_end : sound {
  std::vector<text> split_points(std::size_t n) const {
    std::vector<text> points = sound::split_points(1000);
    if (points.size() > n) points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(n));
    return points;
  }
};
struct digests : sound {
  virtual ~digests() = default;
  virtual range widened(range const& r) const { return r; }
  virtual std::uint64_t counted(std::uint64_t rows) const { return rows; }
  zddm::range_digest<text> digest(range const& r, std::size_t limit) const {
    zddm::digester<text, text> d;
    text last;
    sound::scan(widened(r), limit, [&](text const& k, text const& v) { d.add(k, v), last = k; });
    auto found = d.result([&] { return last; });
    found.rows = counted(found.rows);
    return found;
  }
};
struct digests_beyond : digests {
  range widened(range const& r) const override { return {r.after, {}}; }
};
struct digests_one_more : digests {
  std::uint64_t counted(std::uint64_t rows) const override { return rows + 1; }
};
} // namespace

TEST_CASE("scannable laws hold for sound stores") {
  CHECK(breaks<sound>() == std::set<std::string>{});
  CHECK(breaks<loop>() == std::set<std::string>{});
  CHECK(breaks<digests>() == std::set<std::string>{});
}

TEST_CASE("scannable laws name what a broken store breaks") {
  CHECK(breaks<takes_start>().contains("a scan leaves out the key it starts after"));
  CHECK(breaks<leaves_end>().contains("a scan takes in the key it goes up to"));
  CHECK(breaks<knows_no_limit>().contains("a scan visits at most limit rows"));
  CHECK(breaks<miscounts>().contains("a scan says how many rows it visited"));
  CHECK(breaks<descends>().contains("a scan visits every row once, in ascending order"));
  CHECK(breaks<by_position>().contains("a scan beside writers visits, once and in order, every row they leave alone"));
  CHECK(breaks<counts_erased>().contains("a scan and size leave out what is erased"));
  CHECK(breaks<splits_twice>().contains("split points rise and cut the store into parts that all hold something"));
  CHECK(breaks<splits_too_often>().contains("no split points are given where none are wanted"));
  CHECK(breaks<splits_at_the_end>() == std::set<std::string>{"split points cut the store into parts of about the same size"});
  std::set<std::string> const misdigests{"a digest says of any range what a digester makes of its scan"};
  CHECK(breaks<digests_beyond>() == misdigests);
  CHECK(breaks<digests_one_more>() == misdigests);
}
