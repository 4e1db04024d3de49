// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/core/store.hpp>

namespace zddm::cli {

/// What `zd doctor` says of a store.
struct store_facts {
  std::vector<std::pair<std::string_view, bool>> capabilities; ///< by the names of their concepts
  std::string at_risk;                                         ///< by a loss of power; empty: nothing, or not known
};

template <class S> store_facts facts_of(S& s) {
  store_facts f{{{"insertable", insertable_store<S>},
                 {"updatable", updatable_store<S>},
                 {"lending", lending_store<S>},
                 {"intents", intent_store<S>},
                 {"versioned", versioned_store<S>},
                 {"conditional", conditional_store<S>},
                 {"journaling", journaling_store<S>},
                 {"scannable", scannable_store<S>},
                 {"batch", batch_store<S>},
                 {"expiring", expiring_store<S>}},
                {}};
  if constexpr (requires { std::string(s.at_risk()); }) f.at_risk = s.at_risk();
  return f;
}

} // namespace zddm::cli
