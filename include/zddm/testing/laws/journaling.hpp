// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include <zddm/core/store.hpp>
#include <zddm/testing/laws/samples.hpp>

namespace zddm::testing::laws {

/// Checks `journaling_store`. That marks outlive a crash is for a test with processes.
template <class Samples = void, class Make, class Fail> void journaling(Make make, Fail fail) {
  using S = detail::made<Make>;
  using of = std::conditional_t<std::is_void_v<Samples>, samples<S>, Samples>;
  using keys = std::vector<key_of<S>>;
  auto const law = [&](bool holds, std::string_view text) {
    if (!holds) fail(text);
  };
  auto const k = [](unsigned i) { return of::key(i); };
  auto const marks = [](S& s, std::optional<key_of<S>> after, std::size_t limit) {
    keys found;
    if (s.marks(after, limit, [&](auto const& key) { found.push_back(key); }) != found.size()) found.clear();
    return found;
  };
  {
    auto s = make();
    law(marks(s, {}, 9).empty(), "a fresh store has no marks");
    s.put(k(0), of::value(0));
    s.erase(k(0));
    law(marks(s, {}, 9).empty(), "a plain put or erase marks nothing");
    s.put_marked(k(2), of::value(2));
    law(s.get(k(2)) == of::value(2) && marks(s, {}, 9) == keys{k(2)}, "put_marked puts and marks");
    s.put_marked(k(2), of::value(3));
    law(s.get(k(2)) == of::value(3) && marks(s, {}, 9) == keys{k(2)}, "a key marked twice has one mark");
    s.erase_marked(k(2));
    law(!s.get(k(2)) && marks(s, {}, 9) == keys{k(2)}, "erase_marked erases and marks");
    s.erase_marked(k(1));
    s.put_marked(k(3), of::value(3));
    law(marks(s, {}, 9) == keys{k(1), k(2), k(3)}, "marks come in the order of the store");
    law(marks(s, {}, 2) == keys{k(1), k(2)} && marks(s, {}, 0).empty(), "marks visits at most limit keys, and says how many");
    law(marks(s, k(1), 9) == keys{k(2), k(3)} && marks(s, k(0), 1) == keys{k(1)} && marks(s, k(3), 9).empty(),
        "marks starts above the key it is given");
    s.clear_mark(k(2));
    s.clear_mark(k(0));
    law(marks(s, {}, 9) == keys{k(1), k(3)}, "clear_mark clears that mark only");
    law(s.get(k(3)) == of::value(3), "clear_mark leaves the value");
  }
  constexpr unsigned threads = 4, rounds = 25;
  auto s = make();
  detail::together(threads, [&](unsigned me) {
    for (unsigned i = 0; i < rounds; ++i) s.put_marked(k(me * rounds + i), of::value(i));
    for (unsigned i = 0; i < rounds; i += 2) s.clear_mark(k(me * rounds + i));
  });
  law(marks(s, {}, 1000).size() == threads * (rounds / 2), "marks of several threads are neither lost nor left");
}

} // namespace zddm::testing::laws
