// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>

#include <zddm/core/threshold.hpp>
#include <zddm/policy/axis.hpp>

namespace zddm::gate {

/// The keys take part of which `Predicate{}(key)` is true: a pure function, the same in every process and at every call.
template <class Predicate> struct cohort {
  using axis = zddm::axis::gate;
  static constexpr threshold reach = threshold::open();

  template <class Model> struct bind {
    static constexpr bool answers = std::predicate<Predicate const&, typename Model::key_type const&>;
    static_assert(answers, "zddm: gate::cohort<Predicate> takes a type whose call operator is const, takes the proxy's key and "
                           "answers yes or no");
    template <class Question> constexpr bool admits(Question const& q) const { return Predicate{}(q.key); }
  };
};

} // namespace zddm::gate
