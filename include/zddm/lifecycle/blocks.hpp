// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/unpack.hpp>

#include <zddm/core/error.hpp>
#include <zddm/lifecycle/handle.hpp>
#include <zddm/lifecycle/warning.hpp>

namespace zddm::lifecycle {

/// A function and the states it runs in: from `From` on, before `Before`. A row that is only announced counts as the state
/// that was settled last before it.
template <state From, state Before, class F> struct [[nodiscard("a block runs only as an argument of zddm::handle")]] block {
  static constexpr bool covers(row at) { return settled(From) <= at && at < settled(Before); }
  F run;
};

namespace detail {

template <class> inline constexpr bool is_block = false;
template <state From, state Before, class F> inline constexpr bool is_block<block<From, Before, F>> = true;

template <class Block> using result_of = decltype(std::declval<Block&>().run());

/// How many blocks run in a state, for a handle that returns a value.
template <state At, std::size_t Blocks> struct blocks_covering {
  static_assert(Blocks != 0,
                "zddm: a handle that returns a value must cover every state exactly once; no block runs in the state named by "
                "blocks_covering here: add one, until_X for the states before X or once_X for X and those after it");
  static_assert(Blocks < 2,
                "zddm: a handle that returns a value must cover every state exactly once; several blocks run in the state named "
                "by blocks_covering here: end one with until_X where the next begins with once_X");
  static constexpr bool once = Blocks == 1;
};

template <state At, class... Blocks>
inline constexpr bool covered_once = blocks_covering<At, (std::size_t{Blocks::covers(settled(At))} + ...)>::once;

template <class... Blocks>
inline constexpr bool every_state_once =
    covered_once<state::unrun, Blocks...> & covered_once<state::prepared, Blocks...> & covered_once<state::migrated, Blocks...> &
    covered_once<state::switched, Blocks...> & covered_once<state::completed, Blocks...>;

template <class First, class... Rest> consteval auto answer_of() {
  constexpr bool same = (std::same_as<First, Rest> && ...);
  constexpr bool common = requires { typename std::common_type_t<First, Rest...>; };
  static_assert(same || common,
                "zddm: the blocks of a handle return values of types that have no common type: return the same type from each");
  if constexpr (common && !same)
    return std::type_identity<std::common_type_t<First, Rest...>>{};
  else
    return std::type_identity<First>{};
}

} // namespace detail

/// A reference to a migration and where it stands in the code.
class site {
public:
  site(lifecycle::handle& migration, std::source_location where = std::source_location::current()) noexcept
      : migration_(&migration), where_(where) {}

  /// One operation under the present row. Throws `lease_lost` where the process may no longer act, and error 105 where the
  /// migration is destroyed; warns once where it is completed.
  [[nodiscard]] lifecycle::handle::operation enter(std::atomic<detail::warned_place const*>& warned) const {
    auto operation = migration_->enter();
    if (!migration_->lease_valid())
      throw lease_lost("this process lost touch with the fleet of " + migration_->name() +
                       "; nothing was done. Retry when it has joined again");
    auto const& now = route_of(operation.now().at);
    if (now.warns || now.read == reads::refused) [[unlikely]] {
      if (now.read == reads::refused)
        throw error(105, migration_->name() + " is destroyed, and " + to_string(where_) +
                             " still refers to it; nothing was done. Strip the migration's code there and deploy again");
      detail::warn_once(warned, migration_->process(), {migration_->name(), where_});
    }
    return operation;
  }

  /// To be called before success is reported: throws where the lease ran out on the way.
  void confirm() const {
    if (!migration_->lease_valid())
      throw store_error(
          error_class::unknown_outcome,
          "this process lost touch with the fleet of " + migration_->name() +
              " during the call; what it wrote may be there or not. Read it again when the process has joined again",
          114);
  }

private:
  lifecycle::handle* migration_;
  std::source_location where_;
};

/// The table of a handle's blocks, each keyed by the states it runs in.
template <class... Blocks> class blocks {
  static_assert(sizeof...(Blocks) != 0, "zddm: a handle needs blocks: add until_X or once_X, or always");
  static constexpr bool returns_nothing = (std::is_void_v<detail::result_of<Blocks>> && ...);
  static constexpr bool returns_a_value = (!std::is_void_v<detail::result_of<Blocks>> && ...);
  static_assert(returns_nothing || returns_a_value,
                "zddm: either all blocks of a handle return a value or none does; beside a block that returns one, another "
                "would leave its states without an answer: return a value from every block, or give those that only act a "
                "handle of their own");

public:
  explicit blocks(Blocks... all) : all_(std::move(all)...) {}

  /// Runs the blocks of the present row in the order of writing, as one operation of the migration; whatever refers to the
  /// migration inside them obeys the same row.
  decltype(auto) run(site at) {
    static std::atomic<detail::warned_place const*> warned{nullptr};
    if constexpr (returns_nothing) {
      auto const operation = at.enter(warned);
      boost::hana::for_each(all_, [now = operation.now().at](auto& b) {
        if (b.covers(now)) b.run();
      });
      at.confirm();
    } else if constexpr (returns_a_value) {
      if constexpr (detail::every_state_once<Blocks...>) {
        using result = typename decltype(detail::answer_of<detail::result_of<Blocks>...>())::type;
        auto const operation = at.enter(warned);
        result answer =
            boost::hana::unpack(all_, [now = operation.now().at](auto&... b) -> result { return pick<result>(now, b...); });
        at.confirm();
        return answer;
      }
    }
  }

private:
  template <class Result, class Block, class... Rest> static Result pick(row now, Block& first, Rest&... rest) {
    if constexpr (sizeof...(Rest) == 0)
      return first.run();
    else
      return Block::covers(now) ? static_cast<Result>(first.run()) : pick<Result>(now, rest...);
  }

  boost::hana::tuple<Blocks...> all_;
};

} // namespace zddm::lifecycle

namespace zddm {

/// The blocks a handle is given: `until_X` runs in the states before X, `once_X` in X and those after it, `always` in all.
template <std::invocable F> auto until_prepared(F run) {
  return lifecycle::block<lifecycle::state::unrun, lifecycle::state::prepared, F>{std::move(run)};
}
template <std::invocable F> auto once_prepared(F run) {
  return lifecycle::block<lifecycle::state::prepared, lifecycle::state::destroyed, F>{std::move(run)};
}
template <std::invocable F> auto until_migrated(F run) {
  return lifecycle::block<lifecycle::state::unrun, lifecycle::state::migrated, F>{std::move(run)};
}
template <std::invocable F> auto once_migrated(F run) {
  return lifecycle::block<lifecycle::state::migrated, lifecycle::state::destroyed, F>{std::move(run)};
}
template <std::invocable F> auto until_switched(F run) {
  return lifecycle::block<lifecycle::state::unrun, lifecycle::state::switched, F>{std::move(run)};
}
template <std::invocable F> auto once_switched(F run) {
  return lifecycle::block<lifecycle::state::switched, lifecycle::state::destroyed, F>{std::move(run)};
}
template <std::invocable F> auto until_completed(F run) {
  return lifecycle::block<lifecycle::state::unrun, lifecycle::state::completed, F>{std::move(run)};
}
template <std::invocable F> auto once_completed(F run) {
  return lifecycle::block<lifecycle::state::completed, lifecycle::state::destroyed, F>{std::move(run)};
}
template <std::invocable F> auto always(F run) {
  return lifecycle::block<lifecycle::state::unrun, lifecycle::state::destroyed, F>{std::move(run)};
}

/// Runs the blocks of the state a migration is in, in the order of writing, as one operation: the next state is not settled
/// before they have ended, and a handle inside them obeys the same row. Returns what the block returned; blocks that return
/// values must cover every state exactly once. Warns once a place where the migration is completed; throws error 105 where
/// it is destroyed, `lease_lost` or `store_error` (114, unknown outcome) where the fleet does not count on this process.
template <class... Blocks> decltype(auto) handle(lifecycle::site at, Blocks... all) {
  static_assert((lifecycle::detail::is_block<Blocks> && ...),
                "zddm: a handle takes blocks: wrap each function in until_X, once_X (X: prepared, migrated, switched, completed) "
                "or always");
  if constexpr ((lifecycle::detail::is_block<Blocks> && ...)) return lifecycle::blocks<Blocks...>(std::move(all)...).run(at);
}

} // namespace zddm
