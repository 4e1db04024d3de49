// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>

#include <zddm/policy/axis.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::observer {

/// Tells the `Sink` given to the proxy: an object that can be called with the events it wants to hear, and is not asked about
/// others. Called from several threads at once; must not throw.
template <class Sink> struct callback {
  using axis = zddm::axis::observer;

  template <class Model> class bind {
  public:
    explicit bind(Sink& sink) noexcept : sink_(&sink) {}

    template <class Event>
      requires std::invocable<Sink&, Event const&>
    void on(Event const& e) const {
      (*sink_)(e);
    }

  private:
    Sink* sink_;
  };
};

} // namespace zddm::observer
