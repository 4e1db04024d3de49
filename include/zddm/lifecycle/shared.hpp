// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/lifecycle/handle.hpp>

namespace zddm::axis {
struct lifecycle;
}

namespace zddm::lifecycle {

/// One process of a fleet: the handle is kept up to date by a `member`, and the process acts only while its lease lasts.
struct shared {
  using axis = zddm::axis::lifecycle;

  template <class Model> class bind {
  public:
    static constexpr bool many_processes = true;

    /// Without a `member` the handle may do nothing.
    bind(handle& h) noexcept : handle_(&h) { h.await_lease(); }

    [[nodiscard]] handle::operation enter() const { return handle_->enter(); }
    handle& migration() const noexcept { return *handle_; }
    /// Whether the fleet still counts on this process to obey the settings it knows.
    bool may_act() const noexcept { return handle_->lease_valid(); }

  private:
    handle* handle_;
  };
};

} // namespace zddm::lifecycle
