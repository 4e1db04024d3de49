// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/policy/axis.hpp>
#include <zddm/policy/background.hpp>
#include <zddm/policy/executor.hpp>

namespace zddm::cache {

/// Shadow reads: until New is required Old answers every read, and the executor given to the proxy then asks New the same,
/// for nobody. New is filled and bears the load, and neither its time nor its failures reach a caller. What a full executor
/// does not take is counted as shed.
template <executor Executor> struct read_old_on {
  using axis = zddm::axis::cache;

  template <class Model> class bind {
  public:
    explicit bind(Executor& e) noexcept : later_(e) {}

    template <class Read> void on_read(Read const& read) {
      if (!later_.post(read.bucket(), read.later())) read.shed();
    }
    /// Of a shadow read, and of a read once New is required.
    template <class Fill> void on_miss(Fill const& fill) { fill(); }

    void finish() { later_.finish(); }

  private:
    off_path<Executor> later_;
  };
};

using read_old = read_old_on<background>;

} // namespace zddm::cache
