// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <zddm/backfill/copy.hpp>
#include <zddm/testing/explorer/world.hpp>
#include <zddm/verify/drain.hpp>
#include <zddm/verify/repair.hpp>

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

/// Explores the actors with four letters more: c copies the key from Old, v repairs it, h drains what dead processes left and
/// a what any process has in flight.
template <class New, class... Policies>
verdict explore(std::vector<actor> const& actors, place last, explorer::bounds limits, bool new_has_it,
                std::function<void(inner_store&, inner_store&)> const& prepare = {}) {
  return explorer::explore<New, Policies...>(
      {.actors = actors, .last = last, .limits = limits, .new_has_it = new_has_it, .prepare = prepare},
      [](char what, int, store& from, New& to, auto const& handles) {
        if (what == 'c') {
          zddm::backfill::copy<store, New> copy(from, to);
          typename decltype(copy)::page_type page;
          copy.read({}, 10, page);
          copy.write(page);
        } else if (what == 'v')
          zddm::verify::repair<store, New>(from, to)(key);
        else
          zddm::verify::drain(from, to, [&](zddm::intent_id const& id) {
            if (what == 'a') return true;
            for (std::size_t i = 0; i < handles.size(); ++i)
              if (handles[i]->process() == id.process) return explorer::explorer::current().crashed(static_cast<int>(i));
            return false;
          });
      });
}

} // namespace world
