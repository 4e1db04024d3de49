// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/core/error.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/testing/explorer/explorer.hpp>

namespace zddm::testing::explorer {

/// A lifecycle policy for processes of an exploration: time passes for one that waits when another changes something.
template <class Lifecycle> struct stepping_lifecycle {
  using axis = zddm::axis::lifecycle;

  template <class Model> struct bind : Lifecycle::template bind<Model> {
    using Lifecycle::template bind<Model>::bind;
    /// What a process does depends on the settings it enters with.
    [[nodiscard]] auto enter() const {
      auto operation = Lifecycle::template bind<Model>::enter();
      explorer::current().learned(operation.now().epoch);
      return operation;
    }
    void pause() const {
      if (!explorer::current().wait())
        throw store_error(error_class::transient, "a process waited for another that does not go on in this schedule");
    }
  };
};

/// The test moves the handles itself.
using local = stepping_lifecycle<lifecycle::local>;

} // namespace zddm::testing::explorer
