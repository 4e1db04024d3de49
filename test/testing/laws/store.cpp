// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/store.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "broken.hpp"

namespace {
using namespace laws_test;

template <class Store> std::set<std::string> breaks() {
  return broken<Store>([](auto make, auto fail) { zddm::testing::laws::store(make, fail); });
}

struct point {
  int x = 0;
  friend auto operator<=>(point const&, point const&) = default;
};
struct points {
  static point key(unsigned i) { return {static_cast<int>(i)}; }
  static point value(unsigned i) { return {static_cast<int>(1000 - i)}; }
};

struct keeps_first : sound {
  void put(text const& k, text const& v) { sound::insert(k, v); }
};
struct erases_nothing : sound {
  void erase(text const&) {}
};
struct ends_at_zero_byte : sound {
  void put(text const& k, text const& v) { sound::put(k, v.c_str()); }
};
struct folds_case : sound {
  static text low(text k) {
    if (k == "A") k = "a";
    return k;
  }
  void put(text const& k, text const& v) { sound::put(low(k), v); }
  maybe get(text const& k) { return sound::get(low(k)); }
};
struct tears : sound {
  void put(text const& k, text const& v) {
    sound::put(k, "torn");
    gap();
    sound::put(k, v);
  }
};
struct lends_twice : sound {
  template <class F> bool visit(text const& k, F f) { return sound::visit(k, f) && sound::visit(k, f); }
};
struct insert_replaces : sound {
  bool insert(text const& k, text const& v) { return sound::put(k, v), true; }
};
struct insert_in_two_steps : sound {
  bool insert(text const& k, text const& v) {
    if (sound::get(k)) return false;
    gap();
    return sound::put(k, v), true;
  }
};
struct update_in_two_steps : sound {
  template <class F> maybe update(text const& k, F f) {
    maybe const next = f(sound::get(k));
    gap();
    if (next)
      sound::put(k, *next);
    else
      sound::erase(k);
    return next;
  }
};
struct update_returns_base : sound {
  template <class F> maybe update(text const& k, F f) {
    maybe base;
    sound::update(k, [&](maybe const& is) { return f(base = is); });
    return base;
  }
};
struct batch_keeps_first : sound {
  void put_many(std::span<zddm::entry<text, text> const> entries) {
    for (auto it = entries.rbegin(); it != entries.rend(); ++it) sound::put(it->key, it->value);
  }
};
struct batch_sorts : sound {
  std::vector<maybe> get_many(std::span<text const> keys) {
    std::vector<text> sorted(keys.begin(), keys.end());
    std::ranges::sort(sorted);
    return sound::get_many(sorted);
  }
};

/// Models nothing but `store`: the suite must accept it, and ask for no more.
struct plain {
  using key_type = text;
  using value_type = text;
  sound inner;
  maybe get(text const& k) { return inner.get(k); }
  void put(text const& k, text const& v) { inner.put(k, v); }
  void erase(text const& k) { inner.erase(k); }
};
} // namespace

TEST_CASE("store laws hold for sound stores, whatever their types and however little they can do") {
  CHECK(breaks<sound>() == std::set<std::string>{});
  CHECK(breaks<zddm::memory::store<int, std::uint64_t>>() == std::set<std::string>{});
  CHECK(breaks<plain>() == std::set<std::string>{});
  std::set<std::string> laws;
  zddm::testing::laws::store<points>([] { return zddm::memory::store<point, point>(); },
                                     [&](std::string_view law) { laws.emplace(law); });
  CHECK(laws == std::set<std::string>{});
}

TEST_CASE("store laws name what a broken store breaks") {
  CHECK(breaks<keeps_first>().contains("a second put replaces the value"));
  CHECK(breaks<erases_nothing>().contains("an erased key is absent"));
  CHECK(breaks<ends_at_zero_byte>().contains("a value comes back byte for byte, also if it is empty, long, or no text"));
  CHECK(breaks<folds_case>().contains("keys are told apart by every byte"));
  CHECK(breaks<tears>().contains("a thread reads its own writes, and of others only what they wrote"));
  CHECK(breaks<lends_twice>().contains("visit of a present key calls the function once and says so"));
  CHECK(breaks<insert_replaces>().contains("insert leaves a present value and says so"));
  CHECK(breaks<insert_in_two_steps>().contains("of threads that insert one key, exactly one is told that it did"));
  CHECK(breaks<update_in_two_steps>().contains("an update is one atomic step: none of those of several threads is lost"));
  CHECK(breaks<update_returns_base>().contains("an update is given what is there, replaces it and returns the new value"));
  CHECK(breaks<batch_keeps_first>().contains("of two entries of one key put_many leaves the last"));
  CHECK(breaks<batch_sorts>().contains("get_many answers each key in the order asked, also one that is absent or asked twice"));
}

TEST_CASE("store laws run the suites of the other capabilities") {
  struct careless : sound {
    bool put_if_newer(text const& k, text const& v, zddm::version) { return sound::put(k, v), true; }
    void put_marked(text const& k, text const& v) { sound::put(k, v); }
    bool fill(text const& k, maybe const& v, std::uint64_t) { return v ? sound::put(k, *v) : sound::erase(k), true; }
    std::uint64_t size() { return 0; }
  };
  auto const laws = breaks<careless>();
  CHECK(laws.contains("put_if_newer refuses an older version"));
  CHECK(laws.contains("put_marked puts and marks"));
  CHECK(laws.contains("a fill of a present key is refused"));
  CHECK(laws.contains("size counts the rows"));
}
