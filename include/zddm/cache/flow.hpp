// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/policy/axis.hpp>

namespace zddm::cache {

/// How reads and how writes flow through New, joined to the one policy of the axis.
template <class Reads, class Writes> struct flow {
  static constexpr bool joins_two = policy_of<Reads, zddm::axis::cache> && policy_of<Writes, zddm::axis::cache>;
  static_assert(
      joins_two,
      "zddm: cache::flow<Reads, Writes> takes two cache policies, such as cache::read_through and cache::write_through");
  using axis = zddm::axis::cache;

  template <class Model> struct bind : Reads::template bind<Model>, Writes::template bind<Model> {};
};

} // namespace zddm::cache
