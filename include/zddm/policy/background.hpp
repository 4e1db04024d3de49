// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <zddm/policy/executor.hpp>

namespace zddm {

/// An `executor` of a few threads, each with a queue of its own that holds a stated number of tasks. Does what was posted
/// before it is destroyed. Outlives the proxies it is given to.
class background {
public:
  /// `threads` at least 1; `capacity` tasks wait in all.
  explicit background(std::size_t threads = 1, std::size_t capacity = 1024)
      : capacity_(std::max<std::size_t>(1, capacity / std::max<std::size_t>(1, threads))) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, threads); ++i) workers_.push_back(std::make_unique<worker>(capacity_));
  }

  bool post(std::uint64_t strand, task t) { return workers_[strand % workers_.size()]->post(std::move(t)); }

  /// Not to be called from a task, which would wait for itself.
  void flush() {
    for (auto& w : workers_) w->flush();
  }

private:
  class worker {
  public:
    explicit worker(std::size_t capacity) : capacity_(capacity), thread_([this] { run(); }) {}
    worker(worker const&) = delete;
    ~worker() {
      {
        std::lock_guard const lock(guard_);
        stop_ = true;
      }
      posted_signal_.notify_one();
      thread_.join();
    }

    bool post(task t) {
      {
        std::lock_guard const lock(guard_);
        if (waiting_.size() >= capacity_) return false;
        waiting_.push_back(std::move(t));
        ++posted_;
      }
      posted_signal_.notify_one();
      return true;
    }

    void flush() {
      std::unique_lock lock(guard_);
      done_signal_.wait(lock, [this, upto = posted_] { return done_ >= upto; });
    }

  private:
    void run() {
      std::unique_lock lock(guard_);
      for (;;) {
        posted_signal_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        {
          task const next = std::move(waiting_.front());
          waiting_.pop_front();
          lock.unlock();
          next();
        }
        lock.lock();
        ++done_;
        done_signal_.notify_all();
      }
    }

    std::size_t const capacity_;
    std::mutex guard_;
    std::condition_variable posted_signal_;
    std::condition_variable done_signal_;
    std::deque<task> waiting_;
    std::uint64_t posted_ = 0;
    std::uint64_t done_ = 0;
    bool stop_ = false;
    std::thread thread_; ///< last: it uses all the others
  };

  std::size_t const capacity_;
  std::vector<std::unique_ptr<worker>> workers_;
};

} // namespace zddm
