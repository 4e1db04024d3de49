// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include <zddm/backfill/copy.hpp>
#include <zddm/backfill/pages.hpp>
#include <zddm/core/store.hpp>

namespace zddm::backfill {

/// The pages of a key range, one of them read by a thread of its own while the one before is used.
template <class Copy> class read_ahead {
public:
  using key = typename Copy::key;
  using page_type = typename Copy::page_type;

  /// Room for two pages, which lasts from one range to the next.
  struct rooms {
    page_type read; ///< being read, or ready
    page_type used;
  };

  /// Reads the first page at once. The copy and the rooms outlive this.
  read_ahead(Copy& copy, key_range<key> range, page_limit first, rooms& r)
      : rooms_(r), limit_(first),
        thread_([this, &copy, range = std::move(range)](std::stop_token const& stop) { read(copy, range, stop); }) {}
  read_ahead(read_ahead const&) = delete;
  read_ahead& operator=(read_ahead const&) = delete;

  /// The next page, until the next call; nothing behind the last. The page behind it is read to this limit meanwhile.
  /// Throws what reading threw.
  page_type* next(page_limit behind) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_ || over_; });
    if (!ready_) {
      if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
      return nullptr;
    }
    std::swap(rooms_.read, rooms_.used);
    limit_ = behind;
    ready_ = false;
    lock.unlock();
    changed_.notify_all();
    return &rooms_.used;
  }

private:
  void read(Copy& copy, key_range<key> const& range, std::stop_token const& stop) {
    auto const limit = [this] {
      std::lock_guard const lock(mutex_);
      return limit_;
    };
    std::exception_ptr failure;
    try {
      for ([[maybe_unused]] auto const& page : pages<Copy>(copy, range, limit, rooms_.read)) {
        std::unique_lock lock(mutex_);
        ready_ = true;
        changed_.notify_all();
        if (!changed_.wait(lock, stop, [this] { return !ready_; })) break;
      }
    } catch (...) {
      failure = std::current_exception();
    }
    std::lock_guard const lock(mutex_);
    failure_ = failure;
    over_ = true;
    changed_.notify_all();
  }

  rooms& rooms_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  page_limit limit_;
  bool ready_ = false;
  bool over_ = false;
  std::exception_ptr failure_;
  std::jthread thread_;
};

} // namespace zddm::backfill
