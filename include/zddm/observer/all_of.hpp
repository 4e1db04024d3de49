// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/policy/axis.hpp>
#include <zddm/policy/part.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::observer {

/// Tells each of the observers, in this order, what it listens to.
template <class... Observers> struct all_of {
  static_assert((policy_of<Observers, zddm::axis::observer> && ...), "zddm: observer::all_of<Observers...> takes observers only");
  using axis = zddm::axis::observer;

  template <class Model> class bind : part<typename Observers::template bind<Model>>... {
  public:
    template <class... Parts> explicit bind(Parts&... given) : part<typename Observers::template bind<Model>>(given...)... {}

    template <class Event>
      requires(hears<part<typename Observers::template bind<Model>>, Event> || ...)
    void on(Event const& e) {
      (tell<part<typename Observers::template bind<Model>>>(e), ...);
    }

  private:
    template <class Observer, class Event> void tell(Event const& e) {
      if constexpr (hears<Observer, Event>) Observer::on(e);
    }
  };
};

} // namespace zddm::observer
