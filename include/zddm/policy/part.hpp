// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>

namespace zddm {

namespace detail {
template <class Bound> decltype(auto) diagnose_no_running_part() {
  constexpr bool needs_none = std::default_initializable<Bound>;
  static_assert(needs_none, "zddm: a policy of this proxy needs a running part that its constructor was not given: the "
                            "lifecycle::handle of lifecycle::local and lifecycle::shared, or the sink of an observer");
  Bound* const never = nullptr;
  return *never;
}
} // namespace detail

/// A bound policy in its place, made from the running parts given to the proxy: from all of them where it takes them all,
/// as a policy does that nests others, else from the first that it takes, else from nothing.
template <class Bound> struct part : Bound {
  part()
    requires std::default_initializable<Bound>
      : Bound() {}
  part()
    requires(!std::default_initializable<Bound>)
      : Bound(detail::diagnose_no_running_part<Bound>()) {}
  template <class First, class... Rest>
    requires std::constructible_from<Bound, First&, Rest&...>
  explicit part(First& first_given, Rest&... rest_given) : Bound(first_given, rest_given...) {}
  template <class First, class... Rest>
    requires(!std::constructible_from<Bound, First&, Rest&...> && std::constructible_from<Bound, First&>)
  explicit part(First& first_given, Rest&...) : Bound(first_given) {}
  template <class First, class... Rest>
    requires(!std::constructible_from<Bound, First&, Rest&...> && !std::constructible_from<Bound, First&>)
  explicit part(First&, Rest&... rest_given) : part(rest_given...) {}
};

} // namespace zddm
