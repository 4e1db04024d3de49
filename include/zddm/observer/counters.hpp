// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <zddm/observer/histogram.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/event.hpp>

namespace zddm::observer {

/// What `counters` counts. Lives outside of the proxy, which is given it; several proxies may share it.
struct counts {
  using count = std::atomic<std::uint64_t>;

  /// Calls of one store.
  struct store_counts {
    std::array<histogram, event::operations> took; ///< by operation, whatever the result
    std::array<count, event::operations> failed{};
    std::array<count, event::operations> answered{}; ///< operations of the caller that this store answered
  };
  std::array<store_counts, 2> stores;
  count fallbacks{0};
  count fills{0};         ///< applied
  count fills_refused{0}; ///< came too late, or failed
  count quarantines{0};
  std::array<count, event::comparisons> compared{}; ///< by result
  count repairs{0};                                 ///< values of New that were replaced
  count shed{0};                                    ///< work for New left undone because an executor was full

  store_counts& of(event::side side) { return stores[static_cast<std::size_t>(side)]; }
  store_counts const& of(event::side side) const { return stores[static_cast<std::size_t>(side)]; }

  /// The share of all reads which New answered, 0 to 1.
  double read_from_new() const {
    constexpr auto read = static_cast<std::size_t>(event::operation::read);
    auto const from_new = static_cast<double>(of(event::side::new_store).answered[read].load(std::memory_order_relaxed));
    auto const from_old = static_cast<double>(of(event::side::old_store).answered[read].load(std::memory_order_relaxed));
    return from_new + from_old == 0 ? 0 : from_new / (from_new + from_old);
  }
};

/// Counts what happens and how long the stores take, in the `counts` given to the proxy. Costs two clock calls a call of a store.
struct counters {
  using axis = zddm::axis::observer;

  template <class Model> class bind {
  public:
    explicit bind(counts& c) noexcept : counts_(&c) {}

    void on(event::call const& c) const {
      auto& store = counts_->of(c.side);
      store.took[static_cast<std::size_t>(c.operation)].add(c.took);
      if (c.result == event::result::failed) add(store.failed[static_cast<std::size_t>(c.operation)]);
    }
    void on(event::answered const& a) const { add(counts_->of(a.side).answered[static_cast<std::size_t>(a.operation)]); }
    void on(event::fell_back const&) const { add(counts_->fallbacks); }
    void on(event::filled const& f) const { add(f.applied ? counts_->fills : counts_->fills_refused); }
    void on(event::quarantined const&) const { add(counts_->quarantines); }

    void on(event::compared const& c) const { add(counts_->compared[static_cast<std::size_t>(c.result)]); }
    void on(event::repaired const& r) const {
      if (r.applied) add(counts_->repairs);
    }
    void on(event::shed const&) const { add(counts_->shed); }

  private:
    static void add(counts::count& c) { c.fetch_add(1, std::memory_order_relaxed); }
    counts* counts_;
  };
};

} // namespace zddm::observer
