// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <zddm/policy/axis.hpp>
#include <zddm/policy/executor.hpp>
#include <zddm/policy/part.hpp>
#include <zddm/policy/requirements.hpp>

namespace zddm::cache {

/// How reads and how writes flow through New, joined to the one policy of the axis: what the first does on a miss, and what
/// the second does on a write.
template <class Reads, class Writes> struct flow {
  static constexpr bool joins_two =
      policy_of<Reads, zddm::axis::cache> && policy_of<Writes, zddm::axis::cache> && !std::is_same_v<Reads, Writes>;
  static_assert(
      joins_two,
      "zddm: cache::flow<Reads, Writes> takes two cache policies, such as cache::read_through and cache::write_through");
  using axis = zddm::axis::cache;

  template <class Model> class bind : part<typename Reads::template bind<Model>>, part<typename Writes::template bind<Model>> {
    using reads = part<typename Reads::template bind<Model>>;
    using writes = part<typename Writes::template bind<Model>>;
    static constexpr bool in_order = routes_misses<reads> && routes_writes<writes>;
    static_assert(in_order, "zddm: cache::flow<Reads, Writes> takes the policy for reads (it has on_miss) first and the one for "
                            "writes (it has carries_value and on_write) second, as in flow<read_through, write_through>");

  public:
    template <class... Parts> explicit bind(Parts&... given) : reads(given...), writes(given...) {}

    using reads::on_miss;
    template <class Read>
      requires requires(reads& r, Read const& read) { r.on_read(read); }
    void on_read(Read const& read) {
      reads::on_read(read);
    }
    void finish()
      requires puts_work_off<reads> || puts_work_off<writes>
    {
      if constexpr (puts_work_off<reads>) reads::finish();
      if constexpr (puts_work_off<writes>) writes::finish();
    }
    static constexpr bool defers_writes = zddm::defers_writes<writes>;
    using writes::carries_value;
    using writes::on_write;
  };
};

} // namespace zddm::cache
