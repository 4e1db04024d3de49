// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/core/intent.hpp>
#include <zddm/core/store.hpp>
#include <zddm/testing/laws/intent_steps.hpp>
#include <zddm/testing/laws/samples.hpp>

namespace zddm::testing::laws {

namespace detail {

template <class Samples, class Make, class Fail> void intent_batches(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  using entries = std::vector<entry_of<typename bench::S>>;
  {
    bench b(make, fail);
    b.law(b.s.fill_many(entries{}, b.seen()) == 0, "a batch of no fills fills nothing");
    b.k = Samples::key(1);
    auto const busy = b.begin();
    b.k = Samples::key(3);
    b.s.assign(b.k, b.v(103));
    b.k = Samples::key(5);
    b.s.assign(b.k, std::nullopt);
    auto const before = b.s.sequence();
    b.k = Samples::key(7);
    b.s.release(b.k, b.begin());
    entries batch;
    for (unsigned const i : {6u, 0u, 1u, 2u, 3u, 4u, 5u, 7u, 0u})
      batch.push_back({Samples::key(i), Samples::value(i + 10 * static_cast<unsigned>(batch.size()))});
    b.law(b.s.fill_many(batch, before) == 4, "fill_many says how many fills were taken");
    bool as_one_by_one = b.s.get(Samples::key(6)) == b.v(6) && b.s.get(Samples::key(0)) == b.v(10) &&
                         b.s.get(Samples::key(2)) == b.v(32) && b.s.get(Samples::key(4)) == b.v(54) &&
                         b.s.get(Samples::key(3)) == b.v(103);
    for (unsigned const i : {1u, 5u, 7u}) as_one_by_one = as_one_by_one && !b.s.get(Samples::key(i));
    b.law(as_one_by_one, "a batch of fills does what its fills do one by one");
    b.k = Samples::key(7);
    b.law(b.s.fill_many(entries{{b.k, *b.v(70)}}, b.seen()) == 1 && b.present(b.v(70)) && b.records().size() == 2,
          "a key filled in a batch has no record");
    b.k = Samples::key(1);
    b.law(b.s.end(b.k, busy, b.v(1)), "a refused fill of a batch leaves the key's record");
  }
  {
    bench b(make, fail);
    auto const before = b.seen();
    entries batch;
    for (unsigned i = 0; i < 300; ++i) batch.push_back({Samples::key(i), Samples::value(i)});
    std::size_t taken = 0;
    for (std::size_t const at : {std::size_t{0}, std::size_t{100}, std::size_t{200}, std::size_t{50}})
      taken += b.s.fill_many(std::span(batch).subspan(at, 100), before);
    bool equal = taken == 300 && b.records().empty();
    for (auto const& e : batch) equal = equal && b.s.get(e.key) == e.value;
    b.law(equal, "batches of rising keys fill them all, each once");
    b.s.clear();
    b.law(b.s.fill_many(batch, before) == 0 && !b.s.get(Samples::key(0)),
          "a batch of fills that looked before a clear is refused");
  }
}

template <class Samples, class Make, class Fail> void intent_records(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  bench b(make, fail);
  std::vector<std::pair<key_of<typename bench::S>, intent_record>> all;
  for (unsigned const i : {4u, 0u, 3u, 1u, 2u}) {
    b.k = Samples::key(i);
    auto const t = b.begin();
    all.emplace_back(b.k, intent_record{knowledge::unknown, t.generation, {t.id}});
  }
  auto const part = [&](std::size_t from, std::size_t to) {
    auto sorted = std::vector{all[1], all[3], all[4], all[2], all[0]};
    return std::vector(sorted.begin() + static_cast<std::ptrdiff_t>(from), sorted.begin() + static_cast<std::ptrdiff_t>(to));
  };
  b.law(b.records() == part(0, 5), "records come whole and in the order of the store");
  b.law(b.records({}, 2) == part(0, 2) && b.records({}, 0).empty(), "records visits at most limit records");
  b.law(b.records(Samples::key(1)) == part(2, 5) && b.records(Samples::key(1), 1) == part(2, 3) &&
            b.records(Samples::key(4)).empty(),
        "records starts above the key it is given");
  b.s.create_records();
  b.law(b.records() == part(0, 5), "creating records again changes nothing");
  b.k = Samples::key(9);
  b.fill_now(b.v(9));
  b.s.drop_records();
  b.s.drop_records();
  b.law(b.s.get(b.k) == b.v(9), "dropping records, even twice, leaves the values");
  b.s.create_records();
  b.law(b.records().empty() && b.present(b.v(9)), "records created again start empty");
  b.k = Samples::key(8);
  b.law(b.s.end(b.k, b.begin(), b.v(8)), "records created again serve writes");
}

template <class Samples, class Make, class Fail> void intent_sequence(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  constexpr unsigned threads = 4, rounds = 40;
  bench b(make, fail);
  b.law(b.s.sequence() > 0 && b.seen() == b.s.sequence(), "a look has seen the sequence number of its moment");
  std::vector<std::vector<std::uint64_t>> got(threads);
  together(threads, [&](unsigned me) {
    for (unsigned i = 0; i < rounds; ++i) {
      auto const mine = Samples::key(10 + (i % 2 ? me : 0));
      auto const t = b.s.begin(mine, {me, i + 1}).value_or(intent{});
      got[me].push_back(t.generation);
      b.s.release(mine, t);
    }
  });
  std::set<std::uint64_t> all;
  bool rising = true;
  for (auto const& mine : got) {
    rising = rising && std::is_sorted(mine.begin(), mine.end());
    all.insert(mine.begin(), mine.end());
  }
  b.law(rising && all.size() == threads * rounds && b.s.sequence() >= *all.rbegin(),
        "sequence numbers rise and are given out once");
  for (unsigned i = 0; i < threads; ++i) {
    b.k = Samples::key(10 + i);
    b.law(b.unknown(), "a write that ended is not in flight any more, whatever ran beside it");
  }
}

/// Writers, erasers and readers that fill meet at one key after another, with a plain map as Old: at rest New knows what Old
/// holds, or that it does not know.
template <class Samples, class Make, class Fail> void intent_agreement(Make& make, Fail& fail) {
  using bench = intent_bench<Samples, Make, Fail>;
  using held = typename bench::held;
  constexpr unsigned threads = 4, keys = 150;
  bench b(make, fail);
  std::mutex mutex;
  std::map<unsigned, held> old;
  std::barrier meeting(threads);
  together(threads, [&](unsigned me) {
    for (unsigned at = 0; at < keys; ++at) {
      auto const key = Samples::key(at);
      meeting.arrive_and_wait();
      if (me < 2) {
        held const value = (at + me) % 3 == 0 ? held() : bench::v(2 * at + me);
        auto const t = b.s.begin(key, {me, at + 1}).value_or(intent{});
        std::this_thread::yield();
        {
          std::lock_guard const lock(mutex);
          old[at] = value;
        }
        std::this_thread::yield();
        b.s.end(key, t, value);
      } else if (auto const seen = b.s.look(key); seen.known == knowledge::unknown) {
        std::unique_lock lock(mutex);
        auto const value = old[at];
        lock.unlock();
        std::this_thread::yield();
        if (!seen.pending) b.s.fill(key, value, seen.seen);
      }
    }
  });
  for (unsigned at = 0; at < keys; ++at) {
    b.k = Samples::key(at);
    auto const is = old[at];
    b.law(b.unknown() || (is ? b.present(is) : b.absent()),
          "writers and readers that fill never leave New with another value than Old");
    b.law(!b.unknown() || b.fill_now(is), "a key at rest can be filled");
  }
}

} // namespace detail

/// Checks `intent_store`: the hazards of the `intent` protocol one by one, then with threads. `make` returns a store whose
/// records exist.
template <class Samples = void, class Make, class Fail> void intent(Make make, Fail fail) {
  using S = detail::made<Make>;
  using of = std::conditional_t<std::is_void_v<Samples>, samples<S>, Samples>;
  static_assert(intent_store<S>, "make() must return an intent_store");
  detail::intent_fills<of>(make, fail);
  detail::intent_writes<of>(make, fail);
  detail::intent_stale_fills<of>(make, fail);
  detail::intent_fences<of>(make, fail);
  detail::intent_marks<of>(make, fail);
  detail::intent_assigns<of>(make, fail);
  detail::intent_seals<of>(make, fail);
  detail::intent_batches<of>(make, fail);
  detail::intent_records<of>(make, fail);
  detail::intent_sequence<of>(make, fail);
  detail::intent_agreement<of>(make, fail);
}

} // namespace zddm::testing::laws
