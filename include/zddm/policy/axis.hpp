// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string_view>

namespace zddm {

/// The axes of a migration's strategy. A policy opts in to one by `using axis = zddm::axis::gate;` and holds its state in
/// `template <class Model> struct bind`.
namespace axis {
struct gate;        ///< does this key take part yet?
struct cache;       ///< how do reads and writes flow through New?
struct failure;     ///< what if a store call fails?
struct consistency; ///< how do the two copies stay in agreement?
struct lifecycle;   ///< which state applies, and who says so?
struct observer;    ///< who is told?
} // namespace axis

/// What a policy is bound to: the key and value of the proxy, and the clock its times are measured on.
template <class Key, class Value, class Clock> struct model {
  using key_type = Key;
  using value_type = Value;
  using clock_type = Clock;
};

namespace detail {
template <class T, class... Options>
concept one_of = (std::same_as<T, Options> || ...);
}

/// A policy of some axis.
template <class P>
concept policy = requires {
  typename P::axis;
} && detail::one_of<typename P::axis, axis::gate, axis::cache, axis::failure, axis::consistency, axis::lifecycle, axis::observer>;

/// A policy of that axis.
template <class P, class Axis>
concept policy_of = policy<P> && std::same_as<typename P::axis, Axis>;

} // namespace zddm
