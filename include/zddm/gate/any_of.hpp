// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>

#include <zddm/core/threshold.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/part.hpp>

namespace zddm::gate {

/// A key takes part that one of the gates admits, asked in this order until one says yes.
template <class... Gates> struct any_of {
  static_assert(sizeof...(Gates) > 0, "zddm: gate::any_of<Gates...> takes one gate at least");
  static_assert((policy_of<Gates, zddm::axis::gate> && ...), "zddm: gate::any_of<Gates...> takes gate policies only");
  using axis = zddm::axis::gate;
  /// A key below the reach of one may be admitted.
  static constexpr threshold reach = std::max({Gates::reach...});

  template <class Model> class bind : part<typename Gates::template bind<Model>>... {
  public:
    template <class... Parts> explicit bind(Parts&... given) : part<typename Gates::template bind<Model>>(given...)... {}

    template <class Question> constexpr bool admits(Question const& q) const {
      return (part<typename Gates::template bind<Model>>::admits(q) || ...);
    }
    template <class Side> void answered(Side side) { (tell<part<typename Gates::template bind<Model>>>(side), ...); }

  private:
    template <class Gate, class Side> void tell(Side side) {
      if constexpr (requires(Gate& g) { g.answered(side); }) Gate::answered(side);
    }
  };
};

} // namespace zddm::gate
