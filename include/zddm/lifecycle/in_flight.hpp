// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace zddm::lifecycle {

namespace detail {

/// Orders a store of this thread before its later loads, as seen by a thread that calls `heavy_fence`. Costs the hot side
/// a compiler barrier where the kernel has `membarrier`, else a full fence.
inline bool asymmetric_fences() {
  static bool const available = [] {
    long const commands = ::syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    return commands > 0 && (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0 &&
           ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  }();
  return available;
}

inline void heavy_fence() {
  if (asymmetric_fences()) ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

} // namespace detail

/// Knows which operations of this process are under way, so that whoever changed the settings can wait for those that may
/// still act on the earlier ones. Entering and leaving write one word of the calling thread's own cache line.
class in_flight {
  struct alignas(64) slot {
    std::atomic<std::uint64_t> turns{0}; ///< odd while an operation runs
    std::atomic<bool> taken{false};
    std::uint32_t depth = 0;
    void const* noted = nullptr; ///< by the outermost operation
  };

  struct slots {
    std::mutex guard;
    std::vector<std::unique_ptr<slot>> all;

    slot* take() {
      std::lock_guard const lock(guard);
      for (auto const& s : all)
        if (bool expected = false; s->taken.compare_exchange_strong(expected, true, std::memory_order_acquire)) return s.get();
      all.push_back(std::make_unique<slot>());
      all.back()->taken.store(true, std::memory_order_relaxed);
      return all.back().get();
    }
  };

public:
  /// The operations of one thread of control. What is under way when it ends was abandoned, and is over.
  class presence {
  public:
    presence() = default;
    presence(presence const&) = delete;
    presence& operator=(presence const&) = delete;
    ~presence() {
      for (auto const& [keep, s] : owned_) {
        if (std::exchange(s->depth, 0) != 0) s->turns.fetch_add(1, std::memory_order_release);
        s->taken.store(false, std::memory_order_release);
      }
    }

    /// Exchanges this with what the calling thread is in: a fiber takes its own along to the thread it runs on.
    void swap() noexcept {
      presence& thread = mine();
      std::swap(last_, thread.last_);
      std::swap(last_slot_, thread.last_slot_);
      owned_.swap(thread.owned_);
    }

  private:
    friend in_flight;
    std::uint64_t last_ = 0;
    slot* last_slot_ = nullptr;
    std::vector<std::pair<std::shared_ptr<slots>, slot*>> owned_;
  };

  in_flight() : slots_(std::make_shared<slots>()), id_(next_id()), fenced_(!detail::asymmetric_fences()) {}
  in_flight(in_flight const&) = delete;
  in_flight& operator=(in_flight const&) = delete;

  /// One operation under way; leaves when destroyed, or earlier by `leave`. Belongs to the thread that entered.
  class turn {
  public:
    turn() = default;
    turn(turn&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
    turn& operator=(turn&& other) noexcept {
      std::swap(slot_, other.slot_);
      return *this;
    }
    ~turn() { leave(); }

    void leave() noexcept {
      if (slot_ == nullptr) return;
      if (--slot_->depth == 0) slot_->turns.store(slot_->turns.load(std::memory_order_relaxed) + 1, std::memory_order_release);
      slot_ = nullptr;
    }

    /// What the operations of this thread that run inside one another share; null until the outermost has set it.
    void const*& noted() const noexcept { return slot_->noted; }

  private:
    friend in_flight;
    explicit turn(slot* s) noexcept : slot_(s) {}
    slot* slot_ = nullptr;
  };

  /// Settings loaded after this are obeyed by an operation that `drain` waits for.
  [[nodiscard]] turn enter() {
    slot* const s = find();
    if (s->depth++ == 0) {
      s->noted = nullptr;
      s->turns.store(s->turns.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      if (fenced_)
        std::atomic_thread_fence(std::memory_order_seq_cst);
      else
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    return turn(s);
  }

  /// Whether the calling thread is in an operation, so that it would wait for itself.
  bool inside() { return find()->depth != 0; }

  /// Returns once every operation that entered before the call has left. `wait` is called while there is one.
  /// Must not be called from inside an operation of the same thread.
  template <class Wait> void drain(Wait&& wait) {
    detail::heavy_fence();
    std::vector<std::pair<slot*, std::uint64_t>> busy;
    {
      std::lock_guard const lock(slots_->guard);
      for (auto const& s : slots_->all)
        if (auto const turns = s->turns.load(std::memory_order_acquire); turns % 2 == 1) busy.emplace_back(s.get(), turns);
    }
    for (auto const& [s, turns] : busy)
      while (s->turns.load(std::memory_order_acquire) == turns) wait();
  }

private:
  static std::uint64_t next_id() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }

  static presence& mine() {
    thread_local presence p;
    return p;
  }

  slot* find() {
    presence& p = mine();
    if (p.last_ == id_) return p.last_slot_;
    return find_slowly(p);
  }

  [[gnu::noinline]] slot* find_slowly(presence& p) {
    slot* found = nullptr;
    for (auto const& [keep, s] : p.owned_)
      if (keep == slots_) found = s;
    if (found == nullptr) {
      std::erase_if(p.owned_, [](auto const& pair) { return pair.first.use_count() == 1; });
      found = slots_->take();
      p.owned_.emplace_back(slots_, found);
    }
    p.last_ = id_;
    p.last_slot_ = found;
    return found;
  }

  std::shared_ptr<slots> slots_;
  std::uint64_t id_; ///< never used again, unlike the address
  bool fenced_;
};

} // namespace zddm::lifecycle
