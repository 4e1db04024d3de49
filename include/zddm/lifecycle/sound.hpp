// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <zddm/lifecycle/route.hpp>
#include <zddm/lifecycle/settings.hpp>
#include <zddm/lifecycle/transition.hpp>

/// Which rows may stand side by side, in two processes at once, told from what they do to a key. The explorer finds the
/// damage beside every pair that is refused here, and none beside the others: `test/protocol/pairs.cpp`.
namespace zddm::lifecycle {

/// Why two processes are not safe beside each other; of several reasons the first.
enum class clash : std::uint8_t {
  none,
  poisoned,     ///< one writes Old alone, the other leaves values in New or answers from it
  lagging,      ///< one writes New first, the other answers from Old
  unbridged,    ///< one has left Old, the other still writes it first
  not_required, ///< one answers every read from New, a write of the other succeeds without it
  returned,     ///< from New as the authority back to Old, which may lag behind
  gone          ///< one uses Old, the other stands after its end
};

constexpr clash first_of(clash a, clash b) { return a == clash::none || (b != clash::none && b < a) ? b : a; }

/// Two processes that do this to one key at the same time.
constexpr clash beside(plan const& a, plan const& b) {
  auto const against = [](plan const& one, plan const& other) {
    if (one.read == reads::refused || other.read == reads::refused) {
      bool const left_old = other.read == reads::refused || (other.read == reads::new_only && other.write == writes::new_only);
      return one.read == reads::refused && !left_old ? clash::gone : clash::none;
    }
    bool const leaves_values = other.write == writes::dual || other.write == writes::mirrored || other.write == writes::new_only;
    bool const new_leads = one.write == writes::mirrored || one.write == writes::new_only;
    bool const left_old = one.write == writes::new_only || one.read == reads::new_only;
    if (one.write == writes::old_only && !one.waits && (leaves_values || other.read != reads::old_only)) return clash::poisoned;
    if (new_leads && other.read == reads::old_only) return clash::lagging;
    if (left_old && (other.write == writes::dual || other.write == writes::invalidate)) return clash::unbridged;
    return clash::none;
  };
  return first_of(against(a, b), against(b, a));
}

/// Two processes at two rows, for a key that takes part, whatever the gate of each answers.
constexpr clash beside(route const& a, route const& b) {
  auto const at = [](route const& r, bool admitted) {
    settings const s{r.at, 0, threshold::open(), threshold::open(), threshold::open()};
    return plan_for(r, s, [] { return std::uint64_t{0}; }, [=] { return admitted; });
  };
  auto found = clash::none;
  for (bool const one : {false, true})
    for (bool const other : {false, true}) found = first_of(found, beside(at(a, one), at(b, other)));
  auto const all_from_new = [](route const& r) {
    return r.reads_of == scope::every_key && (r.read == reads::new_first || r.read == reads::new_only);
  };
  bool const required = a.new_required && b.new_required;
  return first_of(found, (all_from_new(a) || all_from_new(b)) && !required ? clash::not_required : clash::none);
}

/// Two processes of one migration that obey these settings: for every key, below, between and above the rates they know.
constexpr clash beside(settings const& a, settings const& b) {
  std::array<std::uint64_t, 5> const keys{0, a.high_water.value, b.high_water.value, a.announced.value, b.announced.value};
  auto const at = [](settings const& s, std::uint64_t key, bool admitted) {
    return plan_for(s, [=] { return key; }, [=] { return admitted; });
  };
  auto found = clash::none;
  for (auto const key : keys)
    for (bool const one : {false, true})
      for (bool const other : {false, true}) found = first_of(found, beside(at(a, key, one), at(b, key, other)));
  return found;
}

/// A move of the fleet: processes at both of its ends, side by side.
constexpr clash on_the_move(route const& from, route const& to) {
  auto const new_leads = [](route const& r) { return r.write == writes::mirrored || r.write == writes::new_only; };
  if (auto const found = beside(from, to); found != clash::none) return found;
  return new_leads(from) && !new_leads(to) && to.write != writes::refused ? clash::returned : clash::none;
}

/// The life of a migration as this library leads it. One of your own has the same two members.
struct life {
  static constexpr auto const& routes = route_table;
  static constexpr auto const& moves = edges;
};

namespace detail {

template <row From, row To, clash Found> consteval bool refuse_clash() {
  static_assert(Found != clash::poisoned,
                "zddm: a move leads between two rows of which one writes Old alone while the other leaves values in New, or "
                "answers from it: New would keep what was replaced. Put a row between that invalidates New, as preparing does");
  static_assert(Found != clash::lagging,
                "zddm: a move leads between two rows of which one writes New first while the other answers from Old, which "
                "lags behind. Let the write order turn in a row of its own, as completing does, beside rows that ask New for "
                "every key");
  static_assert(Found != clash::unbridged,
                "zddm: a move leads between two rows of which one has left Old while the other still writes it first: "
                "acknowledged writes would be lost. Put a row between that writes New, then Old, as completing does");
  static_assert(Found != clash::not_required,
                "zddm: a move leads between two rows of which one answers every read from New while a write of the other "
                "succeeds without New. Put a row between that requires New, as switching does");
  static_assert(Found != clash::returned,
                "zddm: a move leads back from a row in which New is the authority to one in which Old is, though it may lag "
                "behind. There is no way back from there: leave the move out");
  static_assert(Found != clash::gone, "zddm: a move leads to a row after the end of Old from one that still uses it. Only a row "
                                      "that reads and writes New alone, as completed does, stands before destroyed");
  return Found == clash::none;
}

} // namespace detail

/// True where every two rows that a move of `Life` joins are safe side by side; refuses, naming the rows, where they are not.
template <class Life> consteval bool sound() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return (detail::refuse_clash<Life::moves[I].from, Life::moves[I].to,
                                 on_the_move(Life::routes[static_cast<std::size_t>(Life::moves[I].from)],
                                             Life::routes[static_cast<std::size_t>(Life::moves[I].to)])>() &&
            ...);
  }(std::make_index_sequence<Life::moves.size()>());
}

static_assert(sound<life>());

} // namespace zddm::lifecycle
