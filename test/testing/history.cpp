// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/history.hpp>

#include <optional>
#include <vector>

#include <doctest/doctest.h>

namespace {
using event = zddm::testing::event<int>;
using history = std::vector<event>;
constexpr auto open = event::never;

event write(int v, std::uint64_t called, std::uint64_t returned) { return {event::kind::write, v, {}, called, returned, 0}; }
event erase(std::uint64_t called, std::uint64_t returned) { return {event::kind::write, {}, {}, called, returned, 0}; }
event read(std::optional<int> v, std::uint64_t called, std::uint64_t returned) {
  return {event::kind::read, v, {}, called, returned, 1};
}
event add_ten(std::optional<int> result, std::uint64_t called, std::uint64_t returned) {
  return {event::kind::update,
          result,
          [](std::optional<int> const& n) { return std::optional<int>(n.value_or(0) + 10); },
          called,
          returned,
          2};
}

struct judged {
  history events;
  bool linearizable;
  bool regular;
};
} // namespace

TEST_CASE("history: what one copy of the key could have given, and what no reader could have seen") {
  std::vector<judged> const cases{
      {{}, true, true},
      {{read(0, 1, 2)}, true, true},
      {{read(1, 1, 2)}, false, false}, // from nowhere
      {{write(1, 1, 2), read(1, 3, 4)}, true, true},
      {{write(1, 1, 2), read(0, 3, 4)}, false, false}, // stale
      {{write(1, 1, 4), read(0, 2, 3)}, true, true},   // in flight: either value
      {{write(1, 1, 4), read(1, 2, 3)}, true, true},
      {{write(1, 1, 8), read(1, 2, 3), read(0, 4, 5)}, false, true},   // time runs backwards beside a write
      {{write(1, 1, open), read(0, 2, 3), read(1, 4, 5)}, true, true}, // no answer: at any later time
      {{write(1, 1, open), read(1, 2, 3), read(0, 4, 5)}, false, true},
      {{write(1, 1, 2), write(2, 3, 4), read(1, 5, 6)}, false, false},
      {{write(1, 1, 4), write(2, 2, 3), read(1, 5, 6)}, true, true}, // overlapped: either order
      {{write(1, 1, 4), write(2, 2, 3), read(1, 5, 6), read(2, 7, 8)}, false, true},
      {{erase(1, 2), read({}, 3, 4)}, true, true},
      {{erase(1, 2), read(0, 3, 4)}, false, false}, // resurrected
      {{add_ten(10, 1, 2), read(10, 3, 4)}, true, true},
      {{add_ten(10, 1, 4), add_ten(10, 2, 3)}, false, true}, // one of two updates is lost
      {{add_ten(10, 1, 4), add_ten(20, 2, 3), read(20, 5, 6)}, true, true},
      {{add_ten({}, 1, open), write(1, 2, 3), read(11, 4, 5)}, true, false}, // its result is not known to `regular`
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i);
    CHECK(zddm::testing::linearizable<int>(cases[i].events, 0) == cases[i].linearizable);
    CHECK(zddm::testing::regular<int>(cases[i].events, 0) == cases[i].regular);
  }
}
