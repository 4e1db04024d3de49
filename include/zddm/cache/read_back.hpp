// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/policy/axis.hpp>
#include <zddm/policy/background.hpp>
#include <zddm/policy/executor.hpp>

namespace zddm::cache {

/// A read that misses in New is answered by Old, and fills New on the executor given to the proxy. What a full executor
/// does not take is left to a later read, and counted as shed.
template <executor Executor> struct read_back_on {
  using axis = zddm::axis::cache;

  template <class Model> class bind {
  public:
    explicit bind(Executor& e) noexcept : later_(e) {}

    template <class Fill> void on_miss(Fill const& fill) {
      if (!later_.post(fill.bucket(), fill.later())) fill.shed();
    }

    void finish() { later_.finish(); }

  private:
    off_path<Executor> later_;
  };
};

using read_back = read_back_on<background>;

} // namespace zddm::cache
