// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/intent.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "broken.hpp"

namespace {
using namespace laws_test;
using zddm::intent;
using zddm::intent_id;
using zddm::intent_record;
using zddm::knowledge;

template <class Store> std::set<std::string> breaks() {
  return broken<Store>([](auto make, auto fail) { zddm::testing::laws::intent(make, fail); });
}

constexpr auto now = std::numeric_limits<std::uint64_t>::max();

struct blind_fill : sound {
  bool fill(text const& k, maybe const& v, std::uint64_t) { return v ? sound::put(k, *v) : sound::erase(k), true; }
};
struct fill_if_absent : sound {
  bool fill(text const& k, maybe const& v, std::uint64_t) {
    if (!v) return sound::fill(k, v, now);
    return sound::insert(k, *v);
  }
};
struct fill_replaces_rows : sound {
  bool fill(text const& k, maybe const& v, std::uint64_t seen) {
    auto const there = sound::get(k);
    sound::erase(k);
    bool const filled = sound::fill(k, v, seen);
    if (!filled && there) sound::put(k, *there);
    return filled;
  }
};
struct fill_whenever_idle : sound {
  bool fill(text const& k, maybe const& v, std::uint64_t) { return sound::fill(k, v, now); }
};
struct fill_refused_by_any_write : sound {
  bool fill(text const& k, maybe const& v, std::uint64_t seen) { return seen == sound::sequence() && sound::fill(k, v, seen); }
};
struct fill_ignores_nothing : sound {
  bool fill(text const& k, maybe const& v, std::uint64_t seen) { return v && sound::fill(k, v, seen); }
};
struct batch_is_blind : sound {
  std::size_t fill_many(std::span<zddm::entry<text, text> const> entries, std::uint64_t) {
    return sound::put_many(entries), entries.size();
  }
};
struct batch_forgets_clear : sound {
  std::size_t fill_many(std::span<zddm::entry<text, text> const> entries, std::uint64_t) {
    return sound::fill_many(entries, sound::sequence());
  }
};
struct batch_stops_at_refusal : sound {
  std::size_t fill_many(std::span<zddm::entry<text, text> const> entries, std::uint64_t seen) {
    std::size_t n = 0;
    for (auto const& e : entries)
      if (!sound::fill(e.key, e.value, seen))
        break;
      else
        ++n;
    return n;
  }
};
struct batch_keeps_records : sound {
  std::size_t fill_many(std::span<zddm::entry<text, text> const> entries, std::uint64_t seen) {
    std::size_t n = 0;
    for (auto const& e : entries)
      if (sound::fill(e.key, e.value, seen)) {
        sound::fence(e.key);
        sound::put(e.key, e.value);
        ++n;
      }
    return n;
  }
};
struct begin_keeps_value : sound {
  std::optional<intent> begin(text const& k, intent_id id) {
    auto const v = sound::get(k);
    auto const t = sound::begin(k, id);
    if (v) sound::put(k, *v);
    return t;
  }
};
struct all_are_alone : sound {
  std::optional<intent> begin(text const& k, intent_id id) {
    auto t = sound::begin(k, id);
    t->alone = true;
    return t;
  }
};
/// The two overlapping writers of which the last to end wins, whichever was the last in Old.
struct last_end_wins : sound {
  bool end(text const& k, intent const& t, maybe const& v) {
    if (sound::end(k, t, v)) return true;
    auto const at = sound::look(k);
    return at.known == knowledge::unknown && !at.pending && sound::fill(k, v, at.seen);
  }
};
struct end_always_carries : sound {
  bool end(text const& k, intent const& t, maybe const& v) {
    sound::release(k, t);
    sound::assign(k, v);
    return true;
  }
};
struct one_ends_late : end_always_carries {
  bool end(text const& k, intent const& t, maybe const& v) {
    if (t.id.process == 0) gap();
    return end_always_carries::end(k, t, v);
  }
};
struct fills_late : sound {
  std::optional<intent> begin(text const& k, intent_id id) {
    gap();
    return sound::begin(k, id);
  }
  bool fill(text const& k, maybe const& v, std::uint64_t) {
    for (int i = 0; i < 10; ++i) gap();
    return sound::assign(k, v), true;
  }
};
struct end_forgets_tombstone : sound {
  bool end(text const& k, intent const& t, maybe const& v) {
    if (v) return sound::end(k, t, v);
    sound::release(k, t);
    return true;
  }
};
struct end_never_carries : sound {
  bool end(text const& k, intent const& t, maybe const&) { return sound::release(k, t), false; }
};
struct release_does_nothing : sound {
  void release(text const&, intent const&) {}
};
struct fence_keeps_writers : sound {
  std::uint64_t fence(text const& k) {
    if (sound::look(k).pending) return sound::sequence();
    return sound::fence(k);
  }
};
struct fence_returns_old_number : sound {
  std::uint64_t fence(text const& k) { return sound::fence(k) - 1; }
};
struct mark_drops_value : sound {
  template <class F> auto mark(text const& k, F f, intent_id id) {
    return sound::mark(k, [&](maybe const& is) { return f(is), maybe(); }, id);
  }
};
struct mark_is_plain : sound {
  template <class F> std::optional<std::pair<intent, maybe>> mark(text const& k, F f, intent_id id) {
    if (sound::look(k).known == knowledge::unknown) return std::nullopt;
    maybe const next = f(sound::get(k));
    sound::assign(k, next);
    return std::pair(intent{id, 1, true}, next);
  }
};
struct mark_from_unknown : sound {
  template <class F> auto mark(text const& k, F f, intent_id id) {
    sound::fill(k, std::nullopt, sound::look(k).seen);
    return sound::mark(k, f, id);
  }
};
struct begins_beside_mark : sound {
  std::optional<intent> begin(text const& k, intent_id id) {
    auto const t = sound::begin(k, id);
    if (t) return t;
    sound::fence(k);
    return sound::begin(k, id);
  }
};
struct seal_does_nothing : sound {
  void seal() {}
};
struct seal_refuses_fills : sound {
  void seal() {
    sound::seal();
    sealed = true;
  }
  bool fill(text const& k, maybe const& v, std::uint64_t seen) { return !sealed && sound::fill(k, v, seen); }
  bool sealed = false;
};
struct assign_keeps_writers : sound {
  void assign(text const& k, maybe const& v) { v ? sound::put(k, *v) : sound::erase(k); }
};
struct clear_drops_rows_only : sound {
  void clear() {
    std::vector<text> keys;
    sound::scan({}, 10'000, [&](text const& k, text const&) { keys.push_back(k); });
    for (auto const& k : keys) sound::erase(k);
  }
};
struct look_says_absent : sound {
  zddm::sighting<text> look(text const& k) {
    auto at = sound::look(k);
    if (at.known == knowledge::unknown) at.known = knowledge::absent;
    return at;
  }
};
template <std::uint64_t Generation> struct look_tells_generation : sound {
  zddm::sighting<text> look(text const& k) {
    auto at = sound::look(k);
    at.generation = Generation;
    return at;
  }
};
struct look_forgets_writers : sound {
  zddm::sighting<text> look(text const& k) {
    auto at = sound::look(k);
    at.pending = false;
    return at;
  }
};
struct records_stay : sound {
  void drop_records() {}
};
struct records_go_with_rows : sound {
  void drop_records() { sound::clear(); }
};
struct records_start_at : sound {
  template <class Sink> std::size_t records(maybe const& after, std::size_t limit, Sink sink) {
    std::size_t n = 0;
    sound::records({}, 10'000, [&](text const& k, intent_record const& r) {
      if (n < limit && (!after || k >= *after)) sink(k, r), ++n;
    });
    return n;
  }
};
struct sequence_by_key : sound {
  std::optional<intent> begin(text const& k, intent_id id) {
    auto t = sound::begin(k, id);
    t->generation = id.operation;
    return t;
  }
};
} // namespace

TEST_CASE("intent laws hold for the memory store") { CHECK(breaks<sound>() == std::set<std::string>{}); }

TEST_CASE("intent laws name the fill that comes too late") {
  CHECK(breaks<blind_fill>().contains("a fill of a present key is refused"));
  CHECK(breaks<blind_fill>().contains("a fill that looked before a write does not replace it"));
  CHECK(breaks<fill_if_absent>().contains("a fill that looked before a delete does not bring the key back"));
  CHECK(breaks<fill_if_absent>().contains("a fill is refused while a write is in flight"));
  CHECK(breaks<fill_replaces_rows>().contains("a fill does not replace a row put by other means"));
  CHECK(breaks<fill_whenever_idle>().contains("a fill that looked before a write is refused after it"));
  CHECK(breaks<fill_whenever_idle>().contains("a fill that looked while a write was in flight is refused after it"));
  CHECK(breaks<fill_whenever_idle>().contains("a fill that looked before overlapping writes is refused"));
  CHECK(breaks<fill_whenever_idle>().contains("a fill that looked before a fence is refused"));
  CHECK(breaks<fill_whenever_idle>().contains("a fill that looked before a clear is refused"));
  CHECK(breaks<fill_refused_by_any_write>().contains("a write of one key does not refuse the fill of another"));
  CHECK(breaks<fill_ignores_nothing>().contains("a fill of nothing makes the key known absent"));
  CHECK(breaks<batch_is_blind>().contains("a batch of fills does what its fills do one by one"));
  CHECK(breaks<batch_keeps_records>().contains("a key filled in a batch has no record"));
  CHECK(breaks<batch_forgets_clear>().contains("a batch of fills that looked before a clear is refused"));
  CHECK(breaks<batch_stops_at_refusal>().contains("fill_many says how many fills were taken"));
}

TEST_CASE("intent laws name the write that ends as it should not") {
  CHECK(breaks<begin_keeps_value>().contains("a begin makes the key unknown and pending, and drops its value in the same step"));
  CHECK(breaks<all_are_alone>().contains("a write that was not alone does not end with its value, even if it is the last"));
  CHECK(breaks<last_end_wins>().contains("overlapping writers leave the key unknown, in whatever order they end"));
  CHECK(breaks<end_always_carries>().contains("the end of a fenced write does nothing"));
  CHECK(breaks<end_always_carries>().contains("a write begun before a clear does not end with its value"));
  CHECK(breaks<end_forgets_tombstone>().contains("an erase ends as known absent"));
  CHECK(breaks<end_never_carries>().contains("a write that was alone ends with its value"));
  CHECK(breaks<release_does_nothing>().contains("a released write leaves the key unknown and not pending"));
  CHECK(breaks<fence_keeps_writers>().contains("the end of a fenced write does not end another"));
  CHECK(breaks<fence_returns_old_number>().contains("the number a fence returns admits a fill"));
  CHECK(breaks<mark_drops_value>().contains("a marked write is given the value, and what it makes of it is present at once"));
  CHECK(breaks<mark_is_plain>().contains("a marked write is in the key's record"));
  CHECK(breaks<mark_is_plain>().contains("a marked write does nothing while another is in flight"));
  CHECK(breaks<mark_from_unknown>().contains("a marked write of an unknown key does nothing"));
  CHECK(breaks<begins_beside_mark>().contains("no write begins beside a marked one"));
  CHECK(breaks<seal_does_nothing>().contains("no write begins in a sealed store, whose values stay"));
  CHECK(breaks<seal_refuses_fills>().contains("a sealed store takes the fill of an unknown key"));
  CHECK(breaks<assign_keeps_writers>().contains("a write begun before an assigned erase does not bring the key back"));
  CHECK(breaks<clear_drops_rows_only>().contains("clear drops values and records"));
}

TEST_CASE("intent laws name what is told wrongly") {
  CHECK(breaks<look_says_absent>().contains("a fresh store knows nothing of a key and keeps no record"));
  CHECK(breaks<look_forgets_writers>().contains("a fence ends what is in flight") == false);
  CHECK(breaks<look_forgets_writers>().contains("a begin over a row put by other means drops it"));
  CHECK(breaks<look_tells_generation<0>>().contains("a look tells the generation of the key's record"));
  CHECK(breaks<look_tells_generation<0>>().contains("a look at a key known absent tells the generation of its record"));
  CHECK(breaks<look_tells_generation<7>>().contains("a look at a key without a record says so"));
  CHECK(breaks<records_stay>().contains("records created again start empty"));
  CHECK(breaks<records_go_with_rows>().contains("dropping records, even twice, leaves the values"));
  CHECK(breaks<records_start_at>().contains("records starts above the key it is given"));
  CHECK(breaks<sequence_by_key>().contains("sequence numbers rise and are given out once"));
}

TEST_CASE("intent laws find with threads alone that New has another value than Old") {
  using zddm::testing::laws::detail::intent_agreement;
  auto const agree = [](auto make, auto fail) { intent_agreement<zddm::testing::laws::samples<sound>>(make, fail); };
  CHECK(broken<sound>(agree) == std::set<std::string>{});
  std::set<std::string> const lost{"writers and readers that fill never leave New with another value than Old"};
  CHECK(broken<one_ends_late>(agree) == lost);
  CHECK(broken<fills_late>(agree) == lost);
}
