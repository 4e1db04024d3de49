// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>

#include <zddm/core/text.hpp>

namespace zddm {

namespace detail {
template <class T> struct printed {
  T const& value;

  friend std::ostream& operator<<(std::ostream& out, printed p) { return out << text::encode(p.value); }
};
} // namespace detail

/// To be streamed: `std::cout << zddm::print(person)` writes the text form of any field, pair or tuple. Refers to `x`.
template <class T> detail::printed<T> print(T const& x) { return {x}; }

} // namespace zddm
