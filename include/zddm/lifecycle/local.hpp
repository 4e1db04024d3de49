// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <zddm/lifecycle/handle.hpp>

namespace zddm::axis {
struct lifecycle;
}

namespace zddm::lifecycle {

/// One process runs the whole migration and moves the handle itself.
struct local {
  using axis = zddm::axis::lifecycle;

  template <class Model> class bind {
  public:
    static constexpr bool many_processes = false;

    bind(handle& h) noexcept : handle_(&h) {}

    [[nodiscard]] handle::operation enter() const { return handle_->enter(); }
    handle& migration() const noexcept { return *handle_; }
    /// No other process could have moved on without this one.
    static constexpr bool may_act() noexcept { return true; }

  private:
    handle* handle_;
  };
};

} // namespace zddm::lifecycle
