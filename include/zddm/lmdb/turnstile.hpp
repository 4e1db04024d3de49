// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <thread>

namespace zddm::lmdb {

/// Many threads inside at a time, or one alone; cheap for the many, who share next to no memory they write.
class turnstile {
public:
  static constexpr std::size_t lanes = 16;

  /// A thread inside. One that is inside already never waits again, so that it may enter from within a callback.
  class pass {
  public:
    pass(turnstile& where, bool writing) : where_(where), writing_(writing), below_(top_) {
      for (auto const* p = below_; p; p = p->below_)
        if (&p->where_ == &where) {
          outermost_ = false;
          writes_outside_ |= p->writing_;
        }
      if (outermost_) where.enter();
      top_ = this;
    }
    pass(pass const&) = delete;
    pass& operator=(pass const&) = delete;
    ~pass() {
      top_ = below_;
      if (outermost_) where_.lanes_[lane()].inside.fetch_sub(1, std::memory_order_release);
    }

    bool outermost() const noexcept { return outermost_; }
    bool writes_outside() const noexcept { return writes_outside_; }

  private:
    friend turnstile;
    static inline thread_local pass const* top_ = nullptr;

    turnstile& where_;
    bool const writing_;
    bool outermost_ = true;
    bool writes_outside_ = false;
    pass const* const below_;
  };

  /// One thread inside and nobody else; not for a thread that is inside already.
  class sole {
  public:
    explicit sole(turnstile& where) : where_(where), turn_(where.turn_) {
      where.closed_.store(true);
      for (auto& lane : where.lanes_)
        while (lane.inside.load() != 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    sole(sole const&) = delete;
    sole& operator=(sole const&) = delete;
    ~sole() { where_.closed_.store(false); }

  private:
    turnstile& where_;
    std::lock_guard<std::mutex> turn_;
  };

  /// Whether this thread is inside.
  bool inside() const noexcept {
    for (auto const* p = pass::top_; p; p = p->below_)
      if (&p->where_ == this) return true;
    return false;
  }

  /// Where this thread enters: a number below `lanes`, shared with few others.
  static std::size_t lane() noexcept {
    static std::atomic<std::size_t> threads{0};
    static thread_local std::size_t const mine = threads.fetch_add(1, std::memory_order_relaxed) % lanes;
    return mine;
  }

private:
  struct alignas(64) one_lane {
    std::atomic<unsigned> inside{0};
  };

  void enter() {
    // Both sides say first what they do and then look what the other does, so one of them notices.
    for (auto& inside = lanes_[lane()].inside;;) {
      inside.fetch_add(1);
      if (!closed_.load()) return;
      inside.fetch_sub(1);
      std::lock_guard const wait(turn_);
    }
  }

  std::array<one_lane, lanes> lanes_;
  std::mutex turn_;
  std::atomic<bool> closed_{false};
};

} // namespace zddm::lmdb
