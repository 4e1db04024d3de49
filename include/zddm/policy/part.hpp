// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>

namespace zddm {

/// A bound policy in its place, made from the running parts given to the proxy: from all of them where it takes them all,
/// as a policy does that nests others, else from the first that it takes, else from nothing.
template <class Bound> struct part : Bound {
  part()
    requires std::default_initializable<Bound>
      : Bound() {}
  part()
    requires(!std::default_initializable<Bound>)
  {
    static_assert(std::default_initializable<Bound>,
                  "zddm: a policy of this proxy needs a running part that its constructor was not given, such as the "
                  "lifecycle::handle of lifecycle::local and lifecycle::shared");
  }
  template <class First, class... Rest>
    requires std::constructible_from<Bound, First&, Rest&...>
  explicit part(First& first, Rest&... rest) : Bound(first, rest...) {}
  template <class First, class... Rest>
    requires(!std::constructible_from<Bound, First&, Rest&...> && std::constructible_from<Bound, First&>)
  explicit part(First& first, Rest&...) : Bound(first) {}
  template <class First, class... Rest>
    requires(!std::constructible_from<Bound, First&, Rest&...> && !std::constructible_from<Bound, First&>)
  explicit part(First&, Rest&... rest) : part(rest...) {}
};

} // namespace zddm
