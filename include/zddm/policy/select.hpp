// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <type_traits>

#include <zddm/policy/axis.hpp>

namespace zddm {

template <class... Policies> struct policies;

namespace detail {

template <class Policy> struct spliced {
  using type = policies<Policy>;
};
template <class... Inner> struct spliced<policies<Inner...>>;

template <class... Packs> struct joined;
template <> struct joined<> {
  using type = policies<>;
};
template <class... A> struct joined<policies<A...>> {
  using type = policies<A...>;
};
template <class... A, class... B, class... Rest> struct joined<policies<A...>, policies<B...>, Rest...> {
  using type = typename joined<policies<A..., B...>, Rest...>::type;
};
template <class... Inner> struct spliced<policies<Inner...>> {
  using type = typename joined<typename spliced<Inner>::type...>::type;
};

/// A list in which no pack is left.
template <class... Policies> using splice = typename joined<typename spliced<Policies>::type...>::type;

template <class P, class Q> inline constexpr bool same_axis = false;
template <class P, class Q>
  requires std::same_as<typename P::axis, typename Q::axis>
inline constexpr bool same_axis<P, Q> = true;

template <class List, class P> struct list_with;
template <class... Policies, class P> struct list_with<policies<Policies...>, P> {
  using type = std::conditional_t<(same_axis<P, Policies> || ...),
                                  policies<std::conditional_t<same_axis<P, Policies>, P, Policies>...>, policies<Policies..., P>>;
};

template <class Axis, class Policy> struct slot {};
template <class... Policies> struct slots : slot<typename Policies::axis, Policies>... {};

template <class Axis, class Default> struct pick {
  template <class Policy> static std::type_identity<Policy> from(slot<Axis, Policy> const*);
  static std::type_identity<Default> from(...);
};

/// The policy of that axis, or the default where the list is silent. At most one policy an axis.
template <class Axis, class Default, class List> struct selected;
template <class Axis, class Default, class... Policies> struct selected<Axis, Default, policies<Policies...>> {
  using type = typename decltype(pick<Axis, Default>::from(static_cast<slots<Policies...> const*>(nullptr)))::type;
};
template <class Axis, class Default, class List> using select = typename selected<Axis, Default, List>::type;

template <class Axis, class List> inline constexpr int count_of = 0;
template <class Axis, class... Policies>
inline constexpr int count_of<Axis, policies<Policies...>> = (0 + ... + int(std::is_same_v<typename Policies::axis, Axis>));

} // namespace detail

/// A named pack of policies, written once and given wherever policies are given. `with<P>` is the pack with `P` in place
/// of what it says on P's axis, or added to it.
template <class... Policies> struct policies {
  template <class P> using with = typename detail::list_with<detail::splice<Policies...>, P>::type;
};

} // namespace zddm
