// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/policy/axis.hpp>
#include <zddm/policy/background.hpp>
#include <zddm/policy/executor.hpp>

namespace zddm::cache {

/// A write returns once Old has it and New knows that it does not know the key; its value reaches New on the executor given
/// to the proxy. Where that is full the write waits for New itself. A process that dies leaves the key to Old, if New knows that
/// it does not know it (`consistency::intent`) or Old lists it (`journaled`).
template <executor Executor> struct write_back_on {
  using axis = zddm::axis::cache;

  template <class Model> class bind {
  public:
    static constexpr bool carries_value = true;
    static constexpr bool defers_writes = true;

    explicit bind(Executor& e) noexcept : later_(e) {}

    template <class Apply> auto on_write(Apply const& apply) -> decltype(apply()) {
      if (later_.post(apply.bucket(), apply.later())) return apply.queued();
      return apply();
    }

    void finish() { later_.finish(); }

  private:
    off_path<Executor> later_;
  };
};

using write_back = write_back_on<background>;

} // namespace zddm::cache
