// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstdint>

#include <zddm/core/threshold.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/event.hpp>

namespace zddm::gate {

/// Opens as New warms, in each process by itself: begins at 1 percent, and doubles whenever New answered at least `Percent`
/// of the latest `Reads` reads that took part. It never closes: what it admitted it admits as long as the process lives.
template <unsigned Percent, std::uint32_t Reads = 1000> struct hit_rate {
  static_assert(Percent >= 1 && Percent <= 100 && Reads > 0,
                "zddm: gate::hit_rate<Percent, Reads> takes the share of reads that New has to answer, 1 to 100, and how many "
                "reads it is taken over");
  using axis = zddm::axis::gate;
  static constexpr threshold reach = threshold::open();

  template <class Model> class bind {
  public:
    threshold rate() const { return {rate_.load(std::memory_order_relaxed)}; }
    template <class Question> bool admits(Question const& q) const {
      threshold const now = rate();
      return now.is_open() || now.admits(q.bucket());
    }

    /// A read that took part was answered.
    void answered(event::side side) {
      std::uint64_t const one = side == event::side::new_store ? std::uint64_t{1} << 32 | 1 : 1;
      std::uint64_t const seen = window_.fetch_add(one, std::memory_order_relaxed) + one;
      if ((seen & 0xffffffffu) != Reads) return;
      window_.store(0, std::memory_order_relaxed);
      if ((seen >> 32) * 100 < std::uint64_t{Percent} * Reads) return;
      auto const now = rate_.load(std::memory_order_relaxed);
      rate_.store(now >> 63 != 0 ? threshold::open().value : now * 2, std::memory_order_relaxed);
    }

  private:
    std::atomic<std::uint64_t> rate_{threshold::percent(1).value};
    std::atomic<std::uint64_t> window_{0}; ///< hits in the upper half, reads in the lower
  };
};

} // namespace zddm::gate
