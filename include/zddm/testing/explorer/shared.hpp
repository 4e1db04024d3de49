// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/core/error.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/testing/explorer/explorer.hpp>

namespace zddm::testing::explorer {

/// `lifecycle::shared` for processes of an exploration whose handles are kept by members over a `stepping_state`.
struct shared {
  using axis = zddm::axis::lifecycle;

  template <class Model> struct bind : lifecycle::shared::bind<Model> {
    using lifecycle::shared::bind<Model>::bind;
    /// What a process does depends on the settings it enters with.
    [[nodiscard]] auto enter() const {
      auto operation = lifecycle::shared::bind<Model>::enter();
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
