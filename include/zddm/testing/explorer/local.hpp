// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/core/error.hpp>
#include <zddm/lifecycle/local.hpp>
#include <zddm/testing/explorer/explorer.hpp>

namespace zddm::testing::explorer {

/// `lifecycle::local` for processes of an exploration: time passes for one that waits when another changes something.
struct local {
  using axis = zddm::axis::lifecycle;

  template <class Model> struct bind : lifecycle::local::bind<Model> {
    using lifecycle::local::bind<Model>::bind;
    /// What a process does depends on the settings it enters with.
    [[nodiscard]] auto enter() const {
      auto operation = lifecycle::local::bind<Model>::enter();
      explorer::current().learned(operation.now().epoch);
      return operation;
    }
    void pause() const {
      if (!explorer::current().wait())
        throw store_error(error_class::transient, "a process waited for another that does not go on in this schedule");
    }
  };
};

} // namespace zddm::testing::explorer
