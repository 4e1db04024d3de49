// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mutex>
#include <utility>

namespace zddm::backfill {

/// Work in two steps that go on at the same time: while one thread does the second step of a piece, another does the first of the
/// next. A piece stays with one thread, and so in its caches; both steps take all pieces in the same order.
class relay {
public:
  /// `first()` makes a piece, and must not throw; then `second(piece)` is called, once those of all pieces before it have ended.
  /// Returns or throws what the second does.
  template <class First, class Second> decltype(auto) turn(First&& first, Second&& second) {
    std::unique_lock one(first_);
    auto piece = std::forward<First>(first)();
    std::lock_guard const two(second_); // taken before the next first begins: nobody gets ahead
    one.unlock();
    return std::forward<Second>(second)(std::move(piece));
  }

private:
  std::mutex first_;
  std::mutex second_;
};

} // namespace zddm::backfill
