// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <zddm/backfill/copy.hpp>
#include <zddm/testing/explorer/world.hpp>
#include <zddm/verify/drain.hpp>
#include <zddm/verify/repair.hpp>
#include <zddm/verify/version_repair.hpp>

/// The explorer's world, with an operator in it.
namespace world {

using zddm::lifecycle::row;
namespace explorer = zddm::testing::explorer;
using explorer::actor;
using explorer::place;
using explorer::verdict;

using inner_store = explorer::memory_rows;
using store = explorer::memory_store;
inline constexpr int key = explorer::the_key;

/// Explores the actors with more letters: c copies the key from Old, h drains what dead processes left and a what any process has
/// in flight; v repairs it with Old in the right and o with New in the right, V and O the same by versions.
template <class New, class... Policies>
verdict explore(std::vector<actor> const& actors, place last, explorer::bounds limits, bool new_has_it,
                std::function<void(inner_store&, inner_store&)> const& prepare = {}) {
  return explorer::explore<New, Policies...>(
      {.actors = actors, .last = last, .limits = limits, .new_has_it = new_has_it, .prepare = prepare},
      [](char what, int by, store& from, New& to, auto const& handles) {
        if (what == 'c') {
          zddm::backfill::copy<store, New> copy(from, to);
          typename decltype(copy)::page_type page;
          copy.read({}, 10, page);
          copy.write(page);
          return;
        }
        zddm::verify::repair_options o;
        o.right = what == 'o' || what == 'O' ? zddm::verify::authority::new_store : zddm::verify::authority::old_store;
        o.next_intent = [by, n = std::uint64_t{0}]() mutable {
          return zddm::intent_id{std::uint64_t{100} + static_cast<unsigned>(by), ++n};
        };
        if (what == 'v' || what == 'o')
          zddm::verify::repair<store, New>(from, to, o)(key);
        else if (what == 'V' || what == 'O')
          zddm::verify::version_repair<store, New>(from, to, o)(key);
        else
          zddm::verify::drain(from, to, [&](zddm::intent_id const& id) {
            if (what == 'a') return true;
            for (std::size_t i = 0; i < handles.size(); ++i)
              if (handles[i]->process() == id.process || i + 100 == id.process)
                return explorer::explorer::current().crashed(static_cast<int>(i));
            return false;
          });
      });
}

} // namespace world
