// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <sqlite3.h>

#include <zddm/core/record.hpp>
#include <zddm/core/text.hpp>
#include <zddm/sqlite/statement.hpp>

namespace zddm::sqlite {

/// The kinds of value SQLite keeps.
enum class storage { integer, real, text, blob };

/// What a column does to values of another kind than its own, as follows from its declared type.
enum class affinity { integer, real, numeric, text, none };

constexpr std::string_view to_string(storage s) {
  constexpr std::string_view names[] = {"INTEGER", "REAL", "TEXT", "BLOB"};
  return names[static_cast<int>(s)];
}

/// A text that a column of numbers would turn into a number.
inline bool looks_numeric(std::string_view text) {
  constexpr std::string_view space = " \t\n\v\f\r";
  auto const first = text.find_first_not_of(space);
  if (first == text.npos) return false;
  text = text.substr(first, text.find_last_not_of(space) + 1 - first);
  if (text[0] == '+' || text[0] == '-') text.remove_prefix(1);
  if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return false;
  double ignored = 0;
  return std::from_chars(text.data(), text.data() + text.size(), ignored).ptr == text.data() + text.size();
}

/// How a field is kept in one column: a bool, an integer or an enumeration as INTEGER, floating point as REAL, a text as
/// TEXT, a blob as BLOB, an optional as itself or NULL, a vector or a record as TEXT in the form of `zddm::text`.
/// Integers above 2^63-1 are kept as the negative number of the same bits.
template <field T> struct cell {
  using held =
      typename std::conditional_t<zddm::detail::optional_of<T>::value, zddm::detail::optional_of<T>, std::type_identity<T>>::type;

  static constexpr bool nullable = zddm::detail::optional_of<T>::value;
  static constexpr storage kind = std::is_integral_v<held> || std::is_enum_v<held> ? storage::integer
                                  : std::is_floating_point_v<held>                 ? storage::real
                                  : std::same_as<held, blob>                       ? storage::blob
                                                                                   : storage::text;

  /// Whether a column of this affinity gives back what it is given; texts that look like numbers `bind` checks one by one.
  static constexpr bool fits(affinity a) {
    if (kind == storage::integer) return a != affinity::text && a != affinity::real;
    if (kind == storage::real) return a != affinity::text;
    return kind != storage::text || std::same_as<held, std::string> || a == affinity::text || a == affinity::none;
  }

  /// Binds the value, whose memory must outlive the last step. False: no cell of the column can hold it.
  static bool bind(statement& s, int at, T const& x, affinity a = affinity::none) {
    if constexpr (nullable) {
      if (x) return bind_held(s, at, *x, a);
      s.bind_null(at);
      return true;
    } else {
      return bind_held(s, at, x, a);
    }
  }

  /// False: the cell holds something else.
  static bool read(statement const& s, int at, T& x) {
    auto const found = s.at(at);
    if constexpr (nullable) {
      if (found.type() != SQLITE_NULL) return read_held(found, x.emplace());
      x.reset();
      return true;
    } else {
      return read_held(found, x);
    }
  }

private:
  static bool bind_held(statement& s, int at, held const& x, affinity a) {
    if constexpr (kind == storage::integer) {
      s.bind_integer(at, static_cast<std::int64_t>(x));
    } else if constexpr (kind == storage::real) {
      if (std::isnan(x)) return false; // SQLite has NULL in its place
      s.bind_real(at, x);
    } else if constexpr (kind == storage::blob) {
      s.bind_blob(at, {reinterpret_cast<char const*>(x.data()), x.size()});
    } else if constexpr (std::same_as<held, std::string>) {
      if (a != affinity::none && a != affinity::text && looks_numeric(x)) return false;
      s.bind_text(at, x);
    } else {
      s.bind_text_copy(at, text::encode(x));
    }
    return true;
  }

  static bool read_held(statement::value found, held& x) {
    if constexpr (kind == storage::integer) {
      return found.type() == SQLITE_INTEGER && from_integer(found.integer(), x);
    } else if constexpr (kind == storage::real) {
      if (found.type() == SQLITE_INTEGER) return from_integer(found.integer(), x);
      if (found.type() != SQLITE_FLOAT) return false;
      x = static_cast<held>(found.real());
      return std::isinf(x) == std::isinf(found.real());
    } else if constexpr (kind == storage::blob) {
      if (found.type() != SQLITE_BLOB) return false;
      auto const bytes = found.bytes();
      auto const* const first = reinterpret_cast<std::byte const*>(bytes.data());
      x.assign(first, first + bytes.size());
      return true;
    } else {
      if (found.type() != SQLITE_TEXT) return false;
      if constexpr (std::same_as<held, std::string>)
        x = found.bytes();
      else
        x = text::decode<held>(found.bytes());
      return true;
    }
  }

  template <class N> static bool from_integer(std::int64_t n, N& x) {
    if constexpr (std::is_enum_v<N>) {
      std::underlying_type_t<N> number{};
      if (!from_integer(n, number)) return false;
      x = static_cast<N>(number);
    } else if constexpr (std::same_as<N, bool>) {
      if (n != 0 && n != 1) return false;
      x = n == 1;
    } else if constexpr (std::is_floating_point_v<N>) {
      x = static_cast<N>(n);
      return std::int64_t{-1} << std::numeric_limits<N>::digits <= n && n <= std::int64_t{1} << std::numeric_limits<N>::digits;
    } else if constexpr (std::is_signed_v<N> || sizeof(N) == 8) {
      x = static_cast<N>(n);
      return static_cast<std::int64_t>(x) == n;
    } else {
      x = static_cast<N>(n);
      return n >= 0 && n <= static_cast<std::int64_t>(std::numeric_limits<N>::max());
    }
    return true;
  }
};

} // namespace zddm::sqlite
