// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/journaling.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "broken.hpp"

namespace {
using namespace laws_test;

template <class Store> std::set<std::string> breaks() {
  return broken<Store>([](auto make, auto fail) { zddm::testing::laws::journaling(make, fail); });
}

struct marks_puts_only : sound {
  void erase_marked(text const& k) { sound::erase(k); }
};
struct starts_at : sound {
  template <class Sink> std::size_t marks(maybe const& after, std::size_t limit, Sink sink) {
    std::vector<text> all;
    sound::marks({}, 1000, [&](text const& k) { all.push_back(k); });
    std::size_t n = 0;
    for (auto const& k : all)
      if (n < limit && (!after || k >= *after)) sink(k), ++n;
    return n;
  }
};
struct knows_no_limit : sound {
  template <class Sink> std::size_t marks(maybe const& after, std::size_t, Sink sink) { return sound::marks(after, 1000, sink); }
};
struct clears_all : sound {
  void clear_mark(text const&) {
    std::vector<text> all;
    sound::marks({}, 1000, [&](text const& k) { all.push_back(k); });
    for (auto const& k : all) sound::clear_mark(k);
  }
};
struct marks_in_passing : sound {
  void put(text const& k, text const& v) { sound::put_marked(k, v); }
};
} // namespace

TEST_CASE("journaling laws hold for the memory store") { CHECK(breaks<sound>() == std::set<std::string>{}); }

TEST_CASE("journaling laws name what a broken store breaks") {
  CHECK(breaks<marks_puts_only>().contains("marks come in the order of the store"));
  CHECK(breaks<starts_at>() == std::set<std::string>{"marks starts above the key it is given"});
  CHECK(breaks<knows_no_limit>().contains("marks visits at most limit keys, and says how many"));
  CHECK(breaks<clears_all>().contains("clear_mark clears that mark only"));
  CHECK(breaks<clears_all>().contains("marks of several threads are neither lost nor left"));
  CHECK(breaks<marks_in_passing>().contains("a plain put or erase marks nothing"));
}
