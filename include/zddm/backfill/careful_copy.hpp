// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <utility>

#include <zddm/backfill/copy.hpp>
#include <zddm/backfill/persist.hpp>
#include <zddm/backfill/throttle.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/timing.hpp>

namespace zddm::backfill {

/// A copy that does again what fails for a moment, and notes what each page asks of the stores. For any number of threads.
template <class Old, class New> class careful_copy {
public:
  using key = key_of<Old>;
  struct page_type : copy<Old, New>::page_type {
    load spent;
  };

  careful_copy(Old& from, New& to, timing const& time, int attempts, std::stop_token stop)
      : copy_(from, to), time_(time), attempts_(attempts), stop_(std::move(stop)) {}

  void read(key_range<key> const& range, page_limit limit, page_type& page) {
    page.spent.reading = timed<Old>([&] { copy_.read(range, limit, page); });
    page.spent.rows = page.rows.size() + page.refused.size();
    page.spent.bytes = page.bytes;
  }

  /// How many rows New took.
  std::size_t write(page_type& page) {
    std::size_t taken = 0;
    page.spent.writing = timed<New>([&] { taken = copy_.write(page); });
    return taken;
  }

private:
  template <class Store, class F> std::chrono::nanoseconds timed(F&& f) const {
    auto const start = time_.now();
    persist<Store>(time_, attempts_, stop_, f);
    return time_.now() - start;
  }

  copy<Old, New> copy_;
  timing const& time_;
  int attempts_;
  std::stop_token stop_;
};

} // namespace zddm::backfill
