// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <type_traits>
#include <vector>

#include <zddm/core/store.hpp>
#include <zddm/core/version.hpp>
#include <zddm/testing/laws/samples.hpp>

namespace zddm::testing::laws {

namespace detail {

template <class Samples, class Make, class Fail> void versioned_steps(Make& make, Fail& fail) {
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  auto const k = Samples::key(0);
  auto const v = Samples::value(0), w = Samples::value(1);
  auto s = make();
  using at = zddm::versioned<value_of<made<Make>>>;
  law(s.get_versioned(k) == at{}, "a key never written has no value and the oldest version");
  law(!s.put_if_newer(k, v, version{}) && !s.get(k), "the oldest version is newer than nothing");
  law(s.put_next(k, v, 7) == version{1, 7}, "the first version of a key is one above the oldest, with the writer's number");
  law(s.get_versioned(k) == at{v, {1, 7}} && s.get(k) == v, "put_next puts the value with the version it returns");
  law(s.put_next(k, w, 3) == version{2, 3} && s.get(k) == w, "the next version is one above the last, whoever wrote it");
  law(!s.put_if_newer(k, v, {1, 99}) && s.get(k) == w, "put_if_newer refuses an older version");
  law(!s.put_if_newer(k, v, {2, 3}) && s.get(k) == w, "put_if_newer refuses the same version again");
  law(!s.put_if_newer(k, v, {2, 2}) && s.get(k) == w, "of equal counters the lower writer is older");
  law(s.put_if_newer(k, v, {2, 4}) && s.get_versioned(k) == at{v, {2, 4}}, "of equal counters the higher writer is newer");
  law(s.put_if_newer(k, w, {9, 1}) && s.get_versioned(k) == at{w, {9, 1}}, "put_if_newer takes a newer version as its own");
  law(!s.erase_if_newer(k, {9, 1}) && s.get(k) == w, "erase_if_newer refuses what is not newer");
  law(s.erase_if_newer(k, {10, 1}) && !s.get(k), "erase_if_newer takes a newer version");
  law(s.get_versioned(k) == at{{}, {10, 1}}, "an erase leaves a tombstone with its version");
  law(!s.put_if_newer(k, v, {9, 9}) && !s.get(k), "an older put does not bring an erased key back");
  law(s.put_next(k, v, 1) == version{11, 1}, "versions go on above a tombstone");
  law(s.erase_next(k, 2) == version{12, 2} && !s.get(k), "erase_next erases with the next version");
  law(s.get_versioned(k) == at{{}, {12, 2}}, "erase_next leaves a tombstone with its version");
  auto const other = Samples::key(1);
  law(s.erase_if_newer(other, {5, 5}) && !s.put_if_newer(other, v, {5, 4}) && !s.get(other),
      "an erase of an absent key leaves a tombstone too");
}

template <class Samples, class Make, class Fail> void versioned_threads(Make& make, Fail& fail) {
  constexpr unsigned threads = 4, rounds = 40;
  auto s = make();
  auto const k = Samples::key(0), other = Samples::key(1);
  std::vector<std::vector<version>> got(threads);
  together(threads, [&](unsigned me) {
    for (unsigned i = 0; i < rounds; ++i) {
      got[me].push_back(i % 5 == 4 ? s.erase_next(k, me) : s.put_next(k, Samples::value(i), me));
      s.put_if_newer(other, Samples::value(me * rounds + i), {i, me});
    }
  });
  std::set<std::uint64_t> counters;
  for (auto const& mine : got)
    for (auto const& v : mine) counters.insert(v.counter);
  if (counters.size() != threads * rounds || *counters.rbegin() != threads * rounds)
    fail("the versions that threads are assigned for one key are all different, and none is left out");
  auto const last = s.get_versioned(other);
  if (last.version != version{rounds - 1, threads - 1} || last.value != Samples::value(threads * rounds - 1))
    fail("of racing puts the newest stays, with its own value");
}

template <class Samples, class Make, class Fail> void conditional(Make& make, Fail& fail) {
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  auto const k = Samples::key(0);
  auto const v = Samples::value(0), w = Samples::value(1);
  {
    auto s = make();
    version const first{3, 9}, second{7, 2}, third{8, 1};
    law(s.put_if_version(k, v, version{}, first) && s.get(k) == v,
        "put_if_version of the oldest version puts where nothing was written");
    law(s.get_versioned(k).version == first, "after put_if_version the key holds the version it was given");
    law(!s.put_if_version(k, w, version{}, third) && s.get(k) == v, "put_if_version refuses a version the key no longer holds");
    law(!s.put_if_version(k, w, second, third) && s.get(k) == v, "put_if_version refuses a version the key does not hold yet");
    law(s.put_if_version(k, std::nullopt, first, second) && !s.get(k), "put_if_version of nothing erases");
    law(s.get_versioned(k).version == second, "put_if_version leaves a tombstone with the version it was given");
    law(!s.put_if_version(k, v, first, third) && !s.get(k), "a conditional put that lost does not bring an erased key back");
  }
  constexpr unsigned threads = 4, rounds = 40;
  auto s = make();
  std::atomic<unsigned> won{0};
  together(threads, [&](unsigned me) {
    for (unsigned i = 0; i < rounds; ++i) {
      auto const seen = s.get_versioned(k).version;
      if (s.put_if_version(k, Samples::value(me), seen, {seen.counter + 1, me})) ++won;
    }
  });
  if (s.get_versioned(k).version.counter != won) fail("of threads that put on one version, exactly one is told that it did");
}

} // namespace detail

/// Checks `versioned_store`, and `conditional_store` where the store models it.
template <class Samples = void, class Make, class Fail> void versioned(Make make, Fail fail) {
  using S = detail::made<Make>;
  using of = std::conditional_t<std::is_void_v<Samples>, samples<S>, Samples>;
  detail::versioned_steps<of>(make, fail);
  detail::versioned_threads<of>(make, fail);
  if constexpr (conditional_store<S>) detail::conditional<of>(make, fail);
}

} // namespace zddm::testing::laws
