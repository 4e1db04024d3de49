// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <zddm/core/store.hpp>
#include <zddm/testing/laws/intent.hpp>
#include <zddm/testing/laws/journaling.hpp>
#include <zddm/testing/laws/samples.hpp>
#include <zddm/testing/laws/scannable.hpp>
#include <zddm/testing/laws/versioned.hpp>

namespace zddm::testing::laws {

namespace detail {

template <class Samples, class Make, class Fail> void store_basics(Make& make, Fail& fail) {
  using S = made<Make>;
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  auto const k = Samples::key(1), other = Samples::key(0);
  auto const v = Samples::value(1), w = Samples::value(2);
  auto s = make();
  law(!s.get(k), "a fresh store holds nothing");
  s.erase(k);
  law(!s.get(k), "erasing an absent key succeeds and changes nothing");
  s.put(k, v);
  law(s.get(k) == v, "get returns what was put");
  law(!s.get(other), "a put touches no other key");
  s.put(other, w);
  s.put(k, w);
  law(s.get(k) == w, "a second put replaces the value");
  s.put(k, v);
  s.erase(k);
  law(!s.get(k), "an erased key is absent");
  law(s.get(other) == w, "an erase touches no other key");
  s.put(k, v);
  law(s.get(k) == v, "a put after an erase is a put");
  if constexpr (std::same_as<value_of<S>, std::string>) {
    for (std::string const& bytes :
         {std::string(), std::string("a\0b\xff\n", 5), std::string(" '; -- \"%s\" "), std::string(200'000, 'z')}) {
      s.put(k, bytes);
      law(s.get(k) == bytes, "a value comes back byte for byte, also if it is empty, long, or no text");
    }
  }
  if constexpr (std::same_as<key_of<S>, std::string>) {
    std::vector<std::string> const keys{"it's", "a\"b", "a;--", "\xc3\xa9\xe2\x82\xac", "A", "a", "a ", " a", "%", "_"};
    for (std::size_t i = 0; i < keys.size(); ++i) s.put(keys[i], Samples::value(static_cast<unsigned>(i)));
    for (std::size_t i = 0; i < keys.size(); ++i)
      law(s.get(keys[i]) == Samples::value(static_cast<unsigned>(i)), "keys are told apart by every byte");
  }
}

template <class Samples, class Make, class Fail> void store_threads(Make& make, Fail& fail) {
  constexpr unsigned writers = 3, rounds = 50;
  auto s = make();
  auto const shared = Samples::key(0);
  std::atomic<bool> wrong{false};
  std::atomic<unsigned> at_work{writers};
  s.put(shared, Samples::value(0));
  together(writers + 1, [&](unsigned me) {
    for (unsigned i = 0; me < writers && i < rounds; ++i) {
      auto const mine = Samples::key(1 + me);
      s.put(mine, Samples::value(i));
      s.put(shared, Samples::value(me));
      if (s.get(mine) != Samples::value(i)) wrong = true;
      if (i % 7 == 6) s.erase(mine);
      if (i % 7 == 6 && s.get(mine)) wrong = true;
    }
    if (me < writers) --at_work;
    while (me == writers && at_work != 0) {
      auto const is = s.get(shared);
      bool known = false;
      for (unsigned t = 0; t < writers; ++t) known = known || is == Samples::value(t);
      if (!known) wrong = true;
    }
  });
  if (wrong) fail("a thread reads its own writes, and of others only what they wrote");
}

template <class Samples, class Make, class Fail> void lending(Make& make, Fail& fail) {
  auto s = make();
  auto const k = Samples::key(0);
  auto const v = Samples::value(0);
  int calls = 0;
  if (s.visit(k, [&](auto const&) { ++calls; }) || calls != 0) fail("visit of an absent key calls nothing and says so");
  s.put(k, v);
  bool equal = false;
  bool const present = s.visit(k, [&](auto const& lent) {
    ++calls;
    equal = lent == v;
  });
  if (!present || calls != 1) fail("visit of a present key calls the function once and says so");
  if (!equal) fail("visit lends the value that is there");
}

template <class Samples, class Make, class Fail> void insertable(Make& make, Fail& fail) {
  auto const k = Samples::key(0);
  {
    auto s = make();
    if (!s.insert(k, Samples::value(0)) || s.get(k) != Samples::value(0)) fail("insert puts where nothing is");
    if (s.insert(k, Samples::value(1)) || s.get(k) != Samples::value(0)) fail("insert leaves a present value and says so");
    s.erase(k);
    if (!s.insert(k, Samples::value(1)) || s.get(k) != Samples::value(1)) fail("insert puts where something was erased");
  }
  constexpr unsigned threads = 4, rounds = 50;
  auto s = make();
  std::atomic<unsigned> winners{0};
  together(threads, [&](unsigned me) {
    for (unsigned i = 0; i < rounds; ++i)
      if (s.insert(Samples::key(i), Samples::value(me))) ++winners;
  });
  if (winners != rounds) fail("of threads that insert one key, exactly one is told that it did");
}

template <class Samples, class Make, class Fail> void updatable(Make& make, Fail& fail) {
  using value = std::optional<value_of<made<Make>>>;
  auto const k = Samples::key(0);
  {
    auto s = make();
    value base = Samples::value(9);
    auto const to = [&](value next) {
      return s.update(k, [&, next](value const& is) {
        base = is;
        return next;
      });
    };
    if (to({}) || base || s.get(k)) fail("an update of an absent key is given nothing, and nothing may stay");
    if (to(Samples::value(1)) != Samples::value(1) || base || s.get(k) != Samples::value(1))
      fail("an update of an absent key puts and returns what the function made");
    if (to(Samples::value(2)) != Samples::value(2) || base != Samples::value(1) || s.get(k) != Samples::value(2))
      fail("an update is given what is there, replaces it and returns the new value");
    if (to({}) || base != Samples::value(2) || s.get(k)) fail("an update to nothing erases");
    s.put(k, Samples::value(1));
    bool thrown = false;
    try {
      s.update(k, [](value const&) -> value { throw 7; });
    } catch (int) {
      thrown = true;
    }
    if (!thrown || s.get(k) != Samples::value(1)) fail("an update whose function throws throws the same and changes nothing");
    s.put(k, Samples::value(3));
    if (s.get(k) != Samples::value(3)) fail("an update whose function threw leaves the store in working order");
  }
  constexpr unsigned threads = 4, rounds = 50;
  auto s = make();
  std::vector<value> const ladder = [] {
    std::vector<value> steps{{}};
    for (unsigned i = 1; i <= threads * rounds; ++i) steps.push_back(Samples::value(i));
    return steps;
  }();
  together(threads, [&](unsigned) {
    for (unsigned i = 0; i < rounds; ++i)
      s.update(k, [&](value const& is) {
        auto const at = std::find(ladder.begin(), ladder.end() - 1, is);
        return at == ladder.end() - 1 ? is : *(at + 1);
      });
  });
  if (s.get(k) != ladder.back()) fail("an update is one atomic step: none of those of several threads is lost");
}

template <class Samples, class Make, class Fail> void batch(Make& make, Fail& fail) {
  using S = made<Make>;
  auto s = make();
  s.put_many(std::vector<entry_of<S>>{});
  if (!s.get_many(std::vector<key_of<S>>{}).empty()) fail("a batch of nothing does nothing");
  s.put(Samples::key(2), Samples::value(9));
  std::vector<entry_of<S>> entries;
  for (unsigned i : {3u, 1u, 2u, 1u})
    entries.push_back({Samples::key(i), Samples::value(10 * i + static_cast<unsigned>(entries.size()))});
  s.put_many(entries);
  if (s.get(Samples::key(3)) != Samples::value(30) || s.get(Samples::key(2)) != Samples::value(22))
    fail("put_many puts or replaces every entry");
  if (s.get(Samples::key(1)) != Samples::value(13)) fail("of two entries of one key put_many leaves the last");
  std::vector<key_of<S>> keys;
  for (unsigned i : {3u, 0u, 1u, 3u}) keys.push_back(Samples::key(i));
  auto const got = s.get_many(keys);
  if (got.size() != 4 || got[0] != Samples::value(30) || got[1] || got[2] != Samples::value(13) || got[3] != Samples::value(30))
    fail("get_many answers each key in the order asked, also one that is absent or asked twice");
}

} // namespace detail

/// Checks every capability of `core/store.hpp` the store models, but for `expiring_store`, which has its own suite.
/// `make()` returns a fresh and empty store whose records exist if it is an `intent_store`; `fail(std::string_view)` is called
/// with the text of each broken law.
template <class Samples = void, class Make, class Fail> void store(Make make, Fail fail) {
  using S = detail::made<Make>;
  using of = std::conditional_t<std::is_void_v<Samples>, samples<S>, Samples>;
  static_assert(zddm::store<S>, "make() must return a store: a type with key_type, value_type, get, put and erase");
  detail::store_basics<of>(make, fail);
  detail::store_threads<of>(make, fail);
  if constexpr (lending_store<S>) detail::lending<of>(make, fail);
  if constexpr (insertable_store<S>) detail::insertable<of>(make, fail);
  if constexpr (updatable_store<S>) detail::updatable<of>(make, fail);
  if constexpr (batch_store<S>) detail::batch<of>(make, fail);
  if constexpr (scannable_store<S>) laws::scannable<of>(make, fail);
  if constexpr (versioned_store<S>) laws::versioned<of>(make, fail);
  if constexpr (journaling_store<S>) laws::journaling<of>(make, fail);
  if constexpr (intent_store<S>) laws::intent<of>(make, fail);
}

} // namespace zddm::testing::laws
