// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include <zddm/core/digest.hpp>
#include <zddm/core/store.hpp>
#include <zddm/testing/laws/samples.hpp>

namespace zddm::testing::laws {

namespace detail {

template <class S> std::vector<entry_of<S>> scanned(S& s, key_range<key_of<S>> const& range, std::size_t limit, bool& counted) {
  std::vector<entry_of<S>> found;
  auto const n = s.scan(range, limit, [&](auto const& key, auto const& value) { found.push_back({key, value}); });
  counted = counted && n == found.size();
  return found;
}

template <class Samples, class Make, class Fail> void scannable_ranges(Make& make, Fail& fail) {
  using S = made<Make>;
  using range = key_range<key_of<S>>;
  constexpr unsigned n = 20;
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  auto const key = [](unsigned i) { return Samples::key(10 * i); };
  auto const between = [](unsigned i) { return Samples::key(10 * i + 5); };
  bool counted = true;
  auto s = make();
  law(scanned(s, range{}, 9, counted).empty() && s.size() == 0, "a fresh store is empty");
  std::vector<entry_of<S>> all;
  for (unsigned i = 0; i < n; ++i) {
    s.put(key(7 * i % n), Samples::value(7 * i % n));
    all.push_back({key(i), Samples::value(i)});
  }
  auto const part = [&](unsigned from, unsigned to) { return std::vector<entry_of<S>>(all.begin() + from, all.begin() + to); };
  law(s.size() == n, "size counts the rows");
  law(scanned(s, range{}, 1000, counted) == all, "a scan visits every row once, in ascending order");
  law(scanned(s, range{key(4), {}}, 1000, counted) == part(5, n), "a scan leaves out the key it starts after");
  law(scanned(s, range{{}, key(4)}, 1000, counted) == part(0, 5), "a scan takes in the key it goes up to");
  law(scanned(s, range{key(4), key(9)}, 1000, counted) == part(5, 10), "a scan keeps to both of its ends");
  law(scanned(s, range{between(4), between(9)}, 1000, counted) == part(5, 10), "the ends of a scan need not be there");
  law(scanned(s, range{key(4), key(4)}, 1000, counted).empty() && scanned(s, range{between(4), key(2)}, 9, counted).empty() &&
          scanned(s, range{between(n), {}}, 9, counted).empty(),
      "a scan of an empty range visits nothing");
  law(scanned(s, range{key(2), {}}, 3, counted) == part(3, 6) && scanned(s, range{}, 0, counted).empty(),
      "a scan visits at most limit rows");
  std::vector<entry_of<S>> pages;
  for (range at;;) {
    auto const page = scanned(s, at, 7, counted);
    if (page.empty() || pages.size() > n) break;
    pages.insert(pages.end(), page.begin(), page.end());
    at.after = page.back().key;
  }
  law(pages == all, "page after page is the whole");
  s.erase(key(3));
  law(s.size() == n - 1 && scanned(s, range{key(2), key(4)}, 9, counted) == part(4, 5),
      "a scan and size leave out what is erased");
  law(counted, "a scan says how many rows it visited");
}

template <class Samples, class Make, class Fail> void scannable_splits(Make& make, Fail& fail) {
  using S = made<Make>;
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  auto s = make();
  law(s.split_points(4).empty(), "an empty store has no split points");
  bool counted = true;
  for (unsigned const n : {1u, 2u, 3u, 200u}) {
    for (unsigned i = 0; i < n; ++i) s.put(Samples::key(i), Samples::value(i));
    law(s.split_points(0).empty(), "no split points are given where none are wanted");
    for (std::size_t const wanted : {1u, 3u, 7u, 1000u}) {
      auto points = s.split_points(wanted);
      law(points.size() <= wanted, "there are at most as many split points as wanted");
      std::size_t total = 0, largest = 0;
      std::optional<key_of<S>> after;
      bool rising = true;
      for (std::size_t i = 0; i <= points.size(); ++i) {
        auto const upto = i < points.size() ? std::optional(points[i]) : std::nullopt;
        auto const part = scanned(s, {after, upto}, 1000, counted).size();
        rising = rising && part > 0;
        total += part;
        largest = std::max(largest, part);
        after = upto;
      }
      law(rising && total == n, "split points rise and cut the store into parts that all hold something");
      if (n == 200 && wanted < 10)
        law(largest <= 2 * n / (wanted + 1) + 1, "split points cut the store into parts of about the same size");
    }
  }
}

template <class Samples, class Make, class Fail> void scannable_strides(Make& make, Fail& fail) {
  auto s = make();
  bool right = s.strides(3).keys.empty() && s.strides(3).rows == 0;
  for (unsigned n = 1; n <= 10; ++n) {
    s.put(Samples::key(n - 1), Samples::value(n));
    for (unsigned const each : {1u, 2u, 5u, 100u}) {
      auto const found = s.strides(each);
      right = right && found.rows == n && found.keys.size() == (n + each - 1) / each;
      for (unsigned i = 0; right && i < found.keys.size(); ++i)
        right = found.keys[i] == Samples::key(std::min((i + 1) * each, n) - 1);
    }
  }
  if (!right) fail("strides are the last keys of every so many rows, the last key of all, and the number of rows");
}

template <class Samples, class Make, class Fail> void scannable_threads(Make& make, Fail& fail) {
  constexpr unsigned n = 60;
  auto s = make();
  for (unsigned i = 0; i < n; i += 2) s.put(Samples::key(i), Samples::value(i));
  std::atomic<bool> wrong{false}, scanning{true};
  together(3, [&](unsigned me) {
    for (unsigned round = 0; me != 0 && scanning; ++round)
      for (unsigned i = 1; i < n; i += 2)
        if (round % 2)
          s.erase(Samples::key(i));
        else
          s.put(Samples::key(i), Samples::value(i));
    for (unsigned round = 0; me == 0 && round < 20; ++round) {
      unsigned lasting = 0, next = 0;
      bool counted = true;
      for (auto const& e : scanned(s, {}, 1000, counted)) {
        while (next < n && !(e.key == Samples::key(next))) ++next;
        if (next == n || !(e.value == Samples::value(next))) wrong = true;
        lasting += next++ % 2 == 0;
      }
      if (lasting != n / 2) wrong = true;
    }
    if (me == 0) scanning = false;
  });
  if (wrong) fail("a scan beside writers visits, once and in order, every row they leave alone");
}

template <class Samples, class Make, class Fail> void scannable_digests(Make& make, Fail& fail) {
  using S = made<Make>;
  using range = key_range<key_of<S>>;
  constexpr unsigned n = 20;
  auto s = make();
  bool const empty = s.digest(range{}, 9) == range_digest<key_of<S>>{};
  for (unsigned i = 0; i < n; ++i) s.put(Samples::key(10 * i), Samples::value(7 * i % n));
  auto const same = [&](range const& at, std::size_t limit) {
    digester<key_of<S>, value_of<S>> d;
    std::optional<key_of<S>> last;
    s.scan(at, limit, [&](auto const& key, auto const& value) {
      d.add(key, value);
      last = key;
    });
    return s.digest(at, limit) == d.result([&] { return *last; });
  };
  auto const key = [](unsigned i) { return Samples::key(i); };
  if (!empty || !same({}, 1000) || !same({}, 7) || !same({}, 0) || !same({key(20), key(60)}, 1000) || !same({key(25), {}}, 3) ||
      !same({{}, key(45)}, 1000) || !same({key(30), key(30)}, 9))
    fail("a digest says of any range what a digester makes of its scan");
}

} // namespace detail

/// Checks `scannable_store`, and `strided_store` and `digesting_store` where the store is one.
template <class Samples = void, class Make, class Fail> void scannable(Make make, Fail fail) {
  using of = std::conditional_t<std::is_void_v<Samples>, samples<detail::made<Make>>, Samples>;
  detail::scannable_ranges<of>(make, fail);
  detail::scannable_splits<of>(make, fail);
  if constexpr (strided_store<detail::made<Make>>) detail::scannable_strides<of>(make, fail);
  detail::scannable_threads<of>(make, fail);
  if constexpr (digesting_store<detail::made<Make>>) detail::scannable_digests<of>(make, fail);
}

} // namespace zddm::testing::laws
