// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/intent.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>

using zddm::intent;
using zddm::intent_record;
using zddm::knowledge;

namespace {

using text = std::optional<std::string>;

/// One key of New as a store keeps it: the row, the record, the ever-rising counter; and beside it the row of Old.
struct key {
  text row;
  text old;
  intent_record record;
  std::uint64_t counter = 0;
  std::uint64_t last_id = 0;

  intent begin() {
    auto const t = record.begin({1, ++last_id}, ++counter);
    row.reset();
    return t;
  }
  bool end(intent const& t, text value) {
    bool const takes = record.end(t, ++counter, value.has_value());
    if (takes) row = value;
    return takes;
  }
  intent mark(text value) {
    row = value;
    return record.mark({1, ++last_id}, ++counter, value.has_value());
  }
  void release(intent const& t) { record.release(t, ++counter); }
  void fence() {
    record.fence(++counter);
    row.reset();
  }
  bool fill(std::uint64_t seen, text value) {
    bool const takes = record.admits_fill(seen, 0);
    if (takes) row = value, record.filled(value.has_value());
    return takes;
  }
  /// What the protocol promises of New at every instant.
  bool true_to_old() const {
    switch (record.known) {
    case knowledge::present: return row.has_value() && row == old;
    case knowledge::absent: return !row && !old;
    case knowledge::unknown: break;
    }
    return !row;
  }
};

} // namespace

TEST_CASE("a new record knows nothing and has nothing in flight") {
  intent_record const r;
  CHECK(r.known == knowledge::unknown);
  CHECK(r.pending.empty());
  CHECK_FALSE(r.redundant());
}

TEST_CASE("begin makes the key unknown until an undisturbed end") {
  key k;
  auto const t = k.begin();
  CHECK(k.record.known == knowledge::unknown);
  CHECK(t.alone);
  CHECK(t.generation == k.record.generation);
  k.old = "v";
  CHECK(k.end(t, "v"));
  CHECK(k.record.known == knowledge::present);
  CHECK(k.record.redundant());
  CHECK(k.true_to_old());
}

TEST_CASE("an erase ends as absent, which is not redundant") {
  key k;
  k.old = "v";
  auto const t = k.begin();
  k.old.reset();
  CHECK(k.end(t, {}));
  CHECK(k.record.known == knowledge::absent);
  CHECK_FALSE(k.record.redundant());
}

TEST_CASE("a write in flight is not redundant, even where the value is valid") {
  key k;
  auto const t = k.mark("v");
  CHECK(k.record.known == knowledge::present);
  CHECK_FALSE(k.record.redundant());
  k.release(t);
  CHECK(k.record.redundant());
}

TEST_CASE("H1: a fill with a value read before a write is refused, during the write and after it") {
  key k;
  k.old = "v1";
  auto const seen = k.counter;
  text const read = k.old;
  auto const t = k.begin();
  CHECK_FALSE(k.fill(seen, read));
  k.old = "v2";
  CHECK_FALSE(k.fill(seen, read));
  SUBCASE("the write ended with its value") {
    CHECK(k.end(t, "v2"));
    CHECK_FALSE(k.fill(seen, read));
    CHECK(k.row == "v2");
  }
  SUBCASE("the write ended without a value, as while preparing") {
    k.release(t);
    CHECK_FALSE(k.fill(seen, read));
    CHECK(k.fill(k.counter, k.old));
  }
  CHECK(k.true_to_old());
}

TEST_CASE("H1: a fill that saw the write in flight is refused after it") {
  key k;
  k.old = "v1";
  auto const first = k.begin();
  auto const second = k.begin();
  auto const seen = k.counter;
  text const read = k.old;
  k.old = "v2";
  SUBCASE("both ended") {
    CHECK_FALSE(k.end(first, "v2"));
    CHECK_FALSE(k.end(second, "v2"));
  }
  SUBCASE("one ended, one was released") {
    k.release(second);
    CHECK_FALSE(k.end(first, "v2"));
  }
  CHECK(k.record.known == knowledge::unknown);
  CHECK_FALSE(k.fill(seen, read));
  CHECK(k.fill(k.counter, k.old));
  CHECK(k.true_to_old());
}

TEST_CASE("H1: a fill that looked during a write without a value is refused after it") {
  key k;
  k.old = "v1";
  auto const t = k.begin();
  auto const seen = k.counter;
  text const read = k.old;
  k.old = "v2";
  k.release(t);
  CHECK_FALSE(k.fill(seen, read));
  CHECK(k.fill(k.counter, k.old));
}

TEST_CASE("H2: a fill does not bring back what was deleted since it looked") {
  key k;
  k.old = "v1";
  auto const seen = k.counter;
  text const read = k.old;
  auto const t = k.begin();
  k.old.reset();
  CHECK(k.end(t, {}));
  CHECK_FALSE(k.fill(seen, read));
  CHECK_FALSE(k.fill(k.counter, read)); // absent is knowledge: nothing to fill
  CHECK_FALSE(k.row.has_value());
  CHECK(k.true_to_old());
}

TEST_CASE("H3: of two writes that overlap none leaves its value, whatever the order of their ends") {
  key k;
  auto const a = k.begin();
  auto const b = k.begin();
  CHECK(a.alone);
  CHECK_FALSE(b.alone);
  k.old = "b";
  k.old = "a";
  SUBCASE("in order") {
    CHECK_FALSE(k.end(a, "a"));
    CHECK_FALSE(k.end(b, "b"));
  }
  SUBCASE("in the other order") {
    CHECK_FALSE(k.end(b, "b"));
    CHECK_FALSE(k.end(a, "a"));
  }
  CHECK(k.record.known == knowledge::unknown);
  CHECK(k.record.pending.empty());
  CHECK(k.true_to_old());
}

TEST_CASE("H3: the last of a chain of overlaps was never alone") {
  key k;
  auto const a = k.begin();
  auto const b = k.begin();
  k.old = "b";
  CHECK_FALSE(k.end(a, "a"));
  auto const c = k.begin();
  k.old = "c";
  CHECK_FALSE(k.end(b, "b"));
  CHECK_FALSE(c.alone);
  CHECK_FALSE(k.end(c, "c"));
  CHECK(k.true_to_old());
}

TEST_CASE("a write after an overlap is alone again") {
  key k;
  auto const a = k.begin();
  auto const b = k.begin();
  k.end(a, "a");
  k.end(b, "b");
  auto const c = k.begin();
  CHECK(c.alone);
  k.old = "c";
  CHECK(k.end(c, "c"));
  CHECK(k.true_to_old());
}

TEST_CASE("a crashed writer leaves the key unknown until it is fenced and filled") {
  key k;
  k.old = "v1";
  k.begin();
  k.old = "v2";
  CHECK_FALSE(k.fill(k.counter, k.old));
  auto const later = k.begin();
  k.old = "v3";
  CHECK_FALSE(k.end(later, "v3")); // beside the dead one it is not alone
  CHECK_FALSE(k.fill(k.counter, k.old));
  k.fence();
  CHECK(k.record.pending.empty());
  CHECK(k.fill(k.counter, k.old));
  CHECK(k.row == "v3");
  CHECK(k.true_to_old());
}

TEST_CASE("H11: a fenced writer that wakes up cannot end with its value") {
  key k;
  auto const t = k.begin();
  k.fence();
  SUBCASE("before the fill: the fill is refused, since Old may have changed after it was read") {
    auto const seen = k.counter;
    text const read = k.old;
    k.old = "late";
    CHECK_FALSE(k.end(t, "late"));
    CHECK_FALSE(k.fill(seen, read));
    CHECK(k.true_to_old());
  }
  SUBCASE("after the fill: what was filled stays") {
    CHECK(k.fill(k.counter, k.old));
    CHECK_FALSE(k.end(t, "late"));
    CHECK(k.record.known == knowledge::absent);
  }
}

TEST_CASE("a fence makes unknown what was known") {
  key k;
  auto const t = k.begin();
  k.old = "v";
  k.end(t, "v");
  auto const seen = k.counter;
  k.fence();
  CHECK(k.record.known == knowledge::unknown);
  CHECK_FALSE(k.fill(seen, "older"));
  CHECK(k.fill(k.counter, "v"));
}

TEST_CASE("a fill after nothing happened is taken, once") {
  key k;
  k.old = "v";
  auto const seen = k.counter;
  CHECK(k.fill(seen, k.old));
  CHECK(k.record.known == knowledge::present);
  CHECK_FALSE(k.fill(seen, "other"));
  CHECK(k.row == "v");
}

TEST_CASE("a fill that looked below the floor is refused") {
  intent_record r;
  CHECK(r.admits_fill(5, 5));
  CHECK_FALSE(r.admits_fill(4, 5));
  CHECK(r.admits_fill(6, 5));
}

TEST_CASE("the generation seen must not be older than the record's") {
  intent_record r;
  r.generation = 7;
  CHECK_FALSE(r.admits_fill(6, 0));
  CHECK(r.admits_fill(7, 0));
  CHECK(r.admits_fill(8, 0));
}

TEST_CASE("ending twice, or what never began, changes nothing") {
  key k;
  auto const t = k.begin();
  k.old = "v";
  CHECK(k.end(t, "v"));
  auto const before = k.record;
  CHECK_FALSE(k.end(t, "w"));
  CHECK((k.record == before));
  k.release({{9, 9}, 1, true});
  CHECK((k.record == before));
}

TEST_CASE("another process's intent of the same number is another intent") {
  intent_record r;
  auto const mine = r.begin({1, 7}, 1);
  auto const theirs = r.begin({2, 7}, 2);
  r.release(mine, 3);
  REQUIRE(r.pending.size() == 1);
  CHECK((r.pending.front() == theirs.id));
}

TEST_CASE("a mark is valid at once and stays valid when released") {
  key k;
  auto const t = k.mark("v");
  CHECK(k.record.known == knowledge::present);
  CHECK(t.alone);
  k.release(t);
  CHECK(k.record.known == knowledge::present);
  auto const e = k.mark({});
  CHECK(k.record.known == knowledge::absent);
  k.release(e);
  CHECK(k.record.known == knowledge::absent);
}

TEST_CASE("a mark is told from a write that began") {
  key k;
  CHECK_FALSE(k.record.marked());
  auto const m = k.mark("v");
  CHECK(k.record.marked());
  k.release(m);
  CHECK_FALSE(k.record.marked());
  auto const t = k.begin();
  CHECK_FALSE(k.record.marked());
  k.release(t);
  auto const e = k.mark({});
  CHECK(k.record.marked());
  k.release(e);
}

TEST_CASE("a fence ends a mark: its value is not trusted any more") {
  key k;
  auto const m = k.mark("v");
  k.fence();
  CHECK_FALSE(k.record.marked());
  CHECK(k.record.known == knowledge::unknown);
  k.release(m);
  CHECK(k.record.known == knowledge::unknown);
}

TEST_CASE("a key is settled while it is known and nothing is in flight") {
  key k;
  CHECK_FALSE(k.record.settled());
  auto const m = k.mark({});
  CHECK_FALSE(k.record.settled());
  k.release(m);
  CHECK(k.record.settled());
  auto const t = k.begin();
  CHECK_FALSE(k.record.settled());
  k.release(t);
  CHECK_FALSE(k.record.settled());
  CHECK(k.fill(k.counter, "v"));
  CHECK(k.record.settled());
}

TEST_CASE("marked and settled exclude each other, and neither is unknown") {
  for (auto known : {knowledge::unknown, knowledge::present, knowledge::absent})
    for (std::size_t writers = 0; writers < 3; ++writers) {
      intent_record r;
      r.known = known;
      r.pending.resize(writers);
      CHECK(r.settled() == (known != knowledge::unknown && writers == 0));
      CHECK(r.marked() == (known != knowledge::unknown && writers != 0));
    }
}

TEST_CASE("neither a release beside others nor their number ends what is in flight") {
  key k;
  auto const a = k.begin();
  auto const b = k.begin();
  auto const c = k.begin();
  k.release(b);
  CHECK(k.record.pending.size() == 2);
  CHECK_FALSE(k.fill(k.counter, "x"));
  k.release(a);
  CHECK_FALSE(k.fill(k.counter, "x"));
  k.release(c);
  CHECK(k.fill(k.counter, "x"));
}

namespace {

/// A writer (two steps around its Old write) or a reader that fills, as small programs whose steps interleave.
struct actor {
  char kind; ///< 'a', 'b' write their letter; 'd' erases; 'r' reads and fills
  int at = 0;
  intent t;
  std::uint64_t seen = 0;
  bool looked = false;
  text read;

  bool done() const { return at == 3; }
  text mine() const { return kind == 'd' ? text{} : text{std::string(1, kind)}; }

  void step(key& k) {
    switch (at++) {
    case 0:
      if (kind == 'r')
        seen = k.counter, looked = k.record.known == knowledge::unknown && k.record.pending.empty();
      else
        t = k.begin();
      break;
    case 1:
      if (kind == 'r')
        read = k.old;
      else
        k.old = mine();
      break;
    case 2:
      if (kind == 'r') {
        if (looked) k.fill(seen, read);
      } else
        k.end(t, mine());
      break;
    }
  }
};

struct exploration {
  long schedules = 0, valid_at_rest = 0, untrue = 0, stuck = 0;

  /// Runs every interleaving; `crash` lets one actor stop for ever at any of its steps.
  void run(key const& k, std::vector<actor> const& actors, bool crash) {
    if (!k.true_to_old()) ++untrue;
    bool moved = false;
    for (std::size_t i = 0; i < actors.size(); ++i) {
      if (actors[i].done()) continue;
      moved = true;
      auto next = k;
      auto others = actors;
      others[i].step(next);
      run(next, others, crash);
      if (crash) {
        others = actors;
        others[i].at = 3;
        run(k, others, false);
      }
    }
    if (moved) return;
    ++schedules;
    if (k.record.known != knowledge::unknown) ++valid_at_rest;
    auto healed = k;
    healed.fence();
    if (!healed.fill(healed.counter, healed.old) || !healed.true_to_old()) ++stuck;
  }
};

} // namespace

TEST_CASE("New is valid only while it equals Old, in every interleaving and with a crash at every step") {
  for (std::string const cast : {"ab", "ad", "ar", "dr", "abr", "adr", "arr"})
    for (bool crash : {false, true}) {
      CAPTURE(cast);
      CAPTURE(crash);
      key k;
      k.old = "0";
      std::vector<actor> actors;
      for (char kind : cast) actors.push_back({kind, 0, {}, 0, false, {}});
      exploration e;
      e.run(k, actors, crash);
      CHECK(e.schedules >= 20);
      CHECK(e.untrue == 0);
      CHECK(e.stuck == 0);
      CHECK(e.valid_at_rest > 0);
    }
}
