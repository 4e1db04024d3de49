// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include <range/v3/range/access.hpp>
#include <range/v3/range/traits.hpp>

#include <zddm/backfill/copy.hpp>
#include <zddm/backfill/mark.hpp>
#include <zddm/backfill/pages.hpp>
#include <zddm/backfill/work_queue.hpp>
#include <zddm/core/store.hpp>

namespace zddm::backfill {

/// A chunk that a worker has claimed and not yet ended: how far it was read, and how far that was written. One thread may read
/// while another changes the mark. The copy outlives it.
template <class Copy> class chunk_in_hand {
public:
  using page_type = typename Copy::page_type;

  /// `rest`: the rows that the mark does not cover.
  chunk_in_hand(task t, backfill::mark m, Copy& copy, key_range<typename Copy::key> rest, std::chrono::nanoseconds now)
      : taken(std::move(t)), mark(std::move(m)), saved_at(now), pages_(copy, std::move(rest), [this] { return most_; }, room_) {}
  chunk_in_hand(chunk_in_hand const&) = delete;
  chunk_in_hand& operator=(chunk_in_hand const&) = delete;

  /// The page after those that were read, with at most so many rows and at least one; not behind the last.
  void read(page_limit most, page_type& into) {
    most_ = most;
    struct exchange {
      page_type &a, &b;
      exchange(page_type& one, page_type& other) : a(one), b(other) { std::swap(a, b); }
      ~exchange() { std::swap(a, b); }
    } const readers_own(room_, into);
    if (at_)
      ++*at_;
    else
      at_ = ranges::begin(pages_);
  }

  task const taken;
  backfill::mark mark;
  std::uint64_t unsaved = 0; ///< rows that the queue does not know of
  std::chrono::nanoseconds saved_at;
  std::atomic<bool> over = false; ///< it is done, was given back, or is in other hands

private:
  page_limit most_ = 0;
  page_type room_;
  pages<Copy> pages_;
  std::optional<ranges::iterator_t<pages<Copy>>> at_;
};

} // namespace zddm::backfill
