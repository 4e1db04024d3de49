// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/testing/laws/samples.hpp>

/// The laws of the `intent` protocol on one key, step by step; `laws/intent.hpp` runs them.
namespace zddm::testing::laws::detail {

/// One fresh store under law, the calls of the protocol with fresh intent ids, and what they leave.
template <class Samples, class Make, class Fail> struct intent_bench {
  using S = made<Make>;
  using Key = key_of<S>;
  using held = std::optional<value_of<S>>;

  explicit intent_bench(Make& make, Fail& fail) : s(make()), fail_(fail) {}

  S s;
  Key k = Samples::key(3);
  std::uint64_t operation = 0;

  static held v(unsigned i) { return Samples::value(i); }
  void law(bool holds, std::string_view text) {
    if (!holds) fail_(text);
  }

  zddm::intent begin() { return s.begin(k, {1, ++operation}).value_or(intent{}); }
  auto mark(held const& value) {
    return s.mark(k, [&](held const&) { return value; }, {1, ++operation});
  }
  bool fill(held const& value, std::uint64_t seen) { return s.fill(k, value, seen); }
  bool fill_now(held const& value) { return s.fill(k, value, s.look(k).seen); }
  std::uint64_t seen() { return s.look(k).seen; }

  /// Whether get and look agree that New knows this of the key.
  bool present(held const& value) {
    auto const at = s.look(k);
    return s.get(k) == value && at.known == knowledge::present && at.value == value;
  }
  bool absent() {
    auto const at = s.look(k);
    return !s.get(k) && at.known == knowledge::absent && !at.value;
  }
  bool unknown(bool pending = false) {
    auto const at = s.look(k);
    return !s.get(k) && at.known == knowledge::unknown && !at.value && at.pending == pending;
  }
  std::vector<std::pair<Key, intent_record>> records(std::optional<Key> after = {}, std::size_t limit = 1000) {
    std::vector<std::pair<Key, intent_record>> found;
    auto const n = s.records(after, limit, [&](auto const& key, intent_record const& r) { found.emplace_back(key, r); });
    law(n == found.size(), "records says how many it visited");
    return found;
  }

private:
  Fail& fail_;
};

template <class Samples, class Make, class Fail> void intent_fills(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  {
    bench b(make, fail);
    b.law(b.unknown() && b.records().empty(), "a fresh store knows nothing of a key and keeps no record");
    b.law(b.s.look(b.k).generation == 0, "a look at a key without a record says so");
    auto const before = b.seen();
    b.law(b.fill(b.v(0), before) && b.present(b.v(0)), "a fill of an unknown key is taken");
    b.law(b.records().empty(), "a key that is present with nothing in flight has no record");
    b.law(!b.fill(b.v(1), b.seen()) && b.present(b.v(0)), "a fill of a present key is refused");
    b.law(!b.fill(std::nullopt, b.seen()) && b.present(b.v(0)), "a fill of nothing does not erase a present key");
  }
  {
    bench b(make, fail);
    b.law(b.fill_now(std::nullopt) && b.absent(), "a fill of nothing makes the key known absent");
    auto const kept = b.records();
    b.law(kept.size() == 1 && kept[0].first == b.k && kept[0].second.known == knowledge::absent,
          "a known absent key has a record");
    b.law(!b.fill_now(b.v(0)) && b.absent(), "a fill of a known absent key is refused");
  }
  {
    bench b(make, fail);
    b.s.put(b.k, *b.v(0));
    b.law(b.present(b.v(0)) && b.records().empty(), "a row put by other means is present and needs no record");
    auto const t = b.begin();
    b.law(t.alone && b.unknown(true), "a begin over a row put by other means drops it");
    auto const fenced = b.s.fence(b.k);
    b.s.put(b.k, *b.v(1));
    b.law(!b.fill(b.v(2), fenced) && b.present(b.v(1)), "a fill does not replace a row put by other means");
  }
}

template <class Samples, class Make, class Fail> void intent_writes(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  {
    bench b(make, fail);
    b.fill_now(b.v(0));
    auto const t = b.begin();
    b.law(t.alone && t.generation > 0, "a write that begins alone is told so");
    b.law(b.unknown(true), "a begin makes the key unknown and pending, and drops its value in the same step");
    auto const kept = b.records();
    b.law(kept.size() == 1 && kept[0].second.pending == std::vector{t.id} && kept[0].second.generation == t.generation,
          "a write in flight is in the key's record");
    b.law(b.s.end(b.k, t, b.v(1)) && b.present(b.v(1)) && b.records().empty(), "a write that was alone ends with its value");
    b.law(!b.s.end(b.k, t, b.v(2)) && b.present(b.v(1)), "an end that is repeated does nothing");
    auto const u = b.begin();
    b.law(b.s.end(b.k, u, std::nullopt) && b.absent(), "an erase ends as known absent");
    b.law(b.s.look(b.k).generation == u.generation, "a look at a key known absent tells the generation of its record");
    auto const w = b.begin();
    b.s.release(b.k, w);
    b.law(b.unknown(), "a released write leaves the key unknown and not pending");
    b.law(b.s.look(b.k).generation == b.records().at(0).second.generation, "a look tells the generation of the key's record");
    b.law(b.fill_now(b.v(3)) && b.present(b.v(3)), "a released key can be filled again");
  }
  for (bool const in_order : {true, false}) {
    bench b(make, fail);
    auto const t = b.begin(), u = b.begin();
    b.law(t.alone && !u.alone, "a write that begins beside another is told so");
    b.law(b.records().at(0).second.pending.size() == 2, "each write in flight is in the key's record");
    auto const& first = in_order ? t : u;
    auto const& second = in_order ? u : t;
    b.law(!b.s.end(b.k, first, b.v(0)) && b.unknown(true),
          "of overlapping writes the first to end leaves the key unknown and pending");
    b.law(!b.s.end(b.k, second, b.v(1)) && b.unknown(), "overlapping writers leave the key unknown, in whatever order they end");
  }
  {
    bench b(make, fail);
    auto const t = b.begin(), u = b.begin();
    b.s.release(b.k, t);
    b.law(!b.s.end(b.k, u, b.v(1)) && b.unknown(),
          "a write that was not alone does not end with its value, even if it is the last");
  }
  {
    bench b(make, fail);
    auto const t = b.begin(), u = b.begin();
    b.s.release(b.k, u);
    b.law(!b.s.end(b.k, t, b.v(1)) && b.unknown(), "a write beside which another began does not end with its value");
  }
}

/// What Old held once must not become New's after a write: each of these is a fill that comes too late.
template <class Samples, class Make, class Fail> void intent_stale_fills(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  {
    bench b(make, fail);
    auto const before = b.seen();
    auto const t = b.begin();
    b.law(!b.fill(b.v(0), before) && b.unknown(true), "a fill that looked before a write began is refused");
    auto const during = b.seen();
    b.law(!b.fill(b.v(0), during) && b.unknown(true), "a fill is refused while a write is in flight");
    b.s.release(b.k, t);
    b.law(!b.fill(b.v(0), before) && b.unknown(), "a fill that looked before a write is refused after it");
    b.law(!b.fill(b.v(0), during) && b.unknown(), "a fill that looked while a write was in flight is refused after it");
  }
  {
    bench b(make, fail);
    auto const before = b.seen();
    auto const t = b.begin();
    b.law(b.s.end(b.k, t, std::nullopt) && !b.fill(b.v(0), before) && b.absent(),
          "a fill that looked before a delete does not bring the key back");
    auto const u = b.begin();
    b.s.end(b.k, u, b.v(1));
    b.law(!b.fill(b.v(0), before) && b.present(b.v(1)), "a fill that looked before a write does not replace it");
  }
  {
    bench b(make, fail);
    auto const before = b.seen();
    auto const t = b.begin(), u = b.begin();
    b.s.end(b.k, u, b.v(1));
    b.s.end(b.k, t, b.v(2));
    b.law(!b.fill(b.v(0), before) && b.unknown(), "a fill that looked before overlapping writes is refused");
    b.law(b.fill_now(b.v(2)), "after overlapping writes a fill that looked since is taken");
  }
  {
    bench b(make, fail);
    auto const before = b.seen();
    auto const fenced = b.s.fence(b.k);
    b.law(!b.fill(b.v(0), before) && b.unknown(), "a fill that looked before a fence is refused");
    b.law(b.fill(b.v(1), fenced) && b.present(b.v(1)), "the number a fence returns admits a fill");
  }
  {
    bench b(make, fail);
    auto const before = b.seen();
    b.s.clear();
    b.law(!b.fill(b.v(0), before) && b.unknown(), "a fill that looked before a clear is refused");
    b.law(b.fill_now(b.v(1)), "a fill that looked after a clear is taken");
  }
  {
    bench b(make, fail);
    auto const before = b.seen();
    b.s.assign(b.k, std::nullopt);
    b.law(!b.fill(b.v(0), before) && b.absent(), "a fill that looked before an assigned erase does not bring the key back");
  }
  {
    bench b(make, fail);
    auto const before = b.seen();
    auto const other = Samples::key(4);
    b.s.end(other, b.s.begin(other, {1, 99}).value_or(intent{}), b.v(9));
    b.law(b.fill(b.v(0), before), "a write of one key does not refuse the fill of another");
  }
}

template <class Samples, class Make, class Fail> void intent_fences(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  {
    bench b(make, fail);
    b.fill_now(b.v(0));
    auto const before = b.s.sequence();
    auto const fenced = b.s.fence(b.k);
    b.law(b.unknown() && fenced > before && fenced == b.s.sequence(),
          "a fence drops the value and returns a new sequence number");
  }
  {
    bench b(make, fail);
    auto const t = b.begin();
    auto const fenced = b.s.fence(b.k);
    b.law(b.unknown(), "a fence ends what is in flight");
    b.law(!b.s.end(b.k, t, b.v(0)) && b.unknown(), "the end of a fenced write does nothing");
    b.law(!b.fill(b.v(1), fenced) || b.present(b.v(1)), "a fill that is taken is present");
  }
  {
    bench b(make, fail);
    auto const t = b.begin();
    b.s.fill(b.k, b.v(1), b.s.fence(b.k));
    b.law(!b.s.end(b.k, t, b.v(0)) && b.present(b.v(1)), "the end of a fenced write does not replace what was healed since");
    b.s.release(b.k, t);
    b.law(b.present(b.v(1)), "the release of a fenced write leaves what was healed since");
  }
  {
    bench b(make, fail);
    auto const t = b.begin();
    b.s.fence(b.k);
    auto const u = b.begin();
    b.law(u.alone && !b.s.end(b.k, t, b.v(0)) && b.unknown(true), "the end of a fenced write does not end another");
    b.law(b.s.end(b.k, u, b.v(1)) && b.present(b.v(1)), "a write begun after a fence ends with its value");
  }
  {
    bench b(make, fail);
    b.fill_now(b.v(0));
    auto const t = b.begin();
    auto const before = b.s.sequence();
    b.s.clear();
    b.law(b.unknown() && b.records().empty(), "clear drops values and records");
    b.law(b.s.sequence() > before, "clear does not restart the sequence");
    b.law(!b.s.end(b.k, t, b.v(0)) && b.unknown(), "a write begun before a clear does not end with its value");
  }
}

template <class Samples, class Make, class Fail> void intent_marks(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  using held = typename bench::held;
  bench b(make, fail);
  held base = b.v(9);
  auto const to = [&](held next) {
    return b.s.mark(b.k, [&, next](held const& is) { return base = is, next; }, {1, ++b.operation});
  };
  b.law(!to(b.v(0)) && base == b.v(9) && b.unknown(), "a marked write of an unknown key does nothing");

  b.fill_now(b.v(1));
  auto const before = b.s.sequence();
  auto const t = to(b.v(2));
  b.law(t && base == b.v(1) && t->second == b.v(2) && b.present(b.v(2)),
        "a marked write is given the value, and what it makes of it is present at once");
  if (!t) return;
  auto const kept = b.records();
  b.law(kept.size() == 1 && kept[0].second.marked(), "a marked write is in the key's record");
  b.law(!b.fill_now(b.v(3)) && b.present(b.v(2)), "a fill does not replace a marked value");
  b.law(!to(b.v(3)) && b.present(b.v(2)), "a marked write does nothing while another is in flight");
  b.law(!b.s.begin(b.k, {1, ++b.operation}) && b.present(b.v(2)), "no write begins beside a marked one");
  b.s.release(b.k, t->first);
  b.law(b.present(b.v(2)) && b.records().empty(), "a marked value stays present once released, and needs no record");

  auto const u = to({});
  b.law(u && base == b.v(2) && !u->second && b.absent(), "a marked write of nothing erases");
  if (u) b.s.release(b.k, u->first);
  b.law(b.absent() && b.records().size() == 1, "a marked erase stays known absent once released");
  b.law(!b.fill(b.v(0), before) && b.absent(), "a fill that looked before a marked erase does not bring the key back");
  auto const w = to(b.v(4));
  b.law(w && !base && b.present(b.v(4)), "a marked write of a known absent key is given nothing");
  if (w) b.s.release(b.k, w->first);

  auto const begun = b.begin();
  b.law(!to(b.v(5)) && b.unknown(true), "a marked write does nothing beside one that began");
  b.s.release(b.k, begun);
}

template <class Samples, class Make, class Fail> void intent_assigns(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  bench b(make, fail);
  auto const t = b.begin();
  b.s.assign(b.k, b.v(0));
  b.law(b.present(b.v(0)) && b.records().empty(), "an assigned value is present and needs no record");
  b.law(!b.s.end(b.k, t, b.v(1)) && b.present(b.v(0)), "a write begun before an assignment does not replace it");
  auto const u = b.begin();
  b.s.assign(b.k, std::nullopt);
  auto const kept = b.records();
  b.law(b.absent() && !b.s.look(b.k).pending && kept.size() == 1 && kept[0].second.pending.empty(),
        "an assigned erase is known absent with nothing in flight");
  b.law(!b.s.end(b.k, u, b.v(1)) && b.absent(), "a write begun before an assigned erase does not bring the key back");
  b.s.assign(b.k, b.v(2));
  b.law(b.present(b.v(2)), "a value can be assigned over an erase");
}

template <class Samples, class Make, class Fail> void intent_seals(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  {
    bench b(make, fail);
    b.fill_now(b.v(0));
    b.s.seal();
    b.law(!b.s.begin(b.k, {1, ++b.operation}) && b.present(b.v(0)), "no write begins in a sealed store, whose values stay");
    auto const t = b.mark(b.v(1));
    b.law(t && b.present(b.v(1)), "a marked write goes on in a sealed store");
    if (t) b.s.release(b.k, t->first);
    b.s.assign(b.k, b.v(2));
    b.law(b.present(b.v(2)), "a value can be assigned in a sealed store");
    b.s.drop_records();
    b.s.create_records();
    b.law(b.s.begin(b.k, {1, ++b.operation}).has_value(), "a store whose records are made anew is sealed no more");
  }
  {
    bench b(make, fail);
    auto const t = b.begin();
    b.s.seal();
    b.s.seal();
    b.law(b.s.end(b.k, t, b.v(0)) && b.present(b.v(0)), "a write that began before the seal ends with its value");
    b.s.clear();
    b.law(b.begin().alone, "a store that was cleared is sealed no more");
  }
  {
    bench b(make, fail);
    b.s.seal();
    b.law(b.fill_now(b.v(0)) && b.present(b.v(0)), "a sealed store takes the fill of an unknown key");
  }
}

} // namespace zddm::testing::laws::detail
