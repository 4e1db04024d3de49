// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <stdexcept>

#include <zddm/testing/explorer/explorer.hpp>

namespace zddm::testing::explorer {

/// A lock of an exploration: taking it is a step. All locks count as one object.
class mutex {
public:
  static constexpr std::size_t object = 3;

  void lock() {
    auto& e = explorer::current();
    e.step("takes a lock");
    while (held_)
      if (!e.wait()) throw std::logic_error("zddm: a lock is never given back in this schedule");
    held_ = true;
    e.changed(object, 1);
  }
  void unlock() {
    held_ = false;
    explorer::current().changed(object, 2);
  }

private:
  bool held_ = false;
};

} // namespace zddm::testing::explorer
