// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/core/record.hpp>
#include <zddm/sqlite/cell.hpp>
#include <zddm/sqlite/statement.hpp>

namespace zddm::sqlite {

/// One column: its name, empty if the type gives none, and what is kept in it.
struct column {
  std::string name;
  storage kind = storage::blob;
  bool nullable = false;
  bool (*fits)(affinity) = nullptr;
};

/// How a type lies in columns: a record in one for each of its own, a pair or tuple in one for each element, else in one.
template <class T> class columns {
  static constexpr bool is_tuple = !record<T> && requires { std::tuple_size<T>::value; };

public:
  static constexpr std::size_t count = [] {
    if constexpr (record<T>)
      return column_count<T>;
    else if constexpr (is_tuple)
      return std::tuple_size_v<T>;
    else
      return std::size_t{1};
  }();

  static std::vector<column> described() {
    std::vector<column> all;
    T const* const none = nullptr;
    each_type(none, [&]<class M>(std::string_view name, std::type_identity<M>) {
      all.push_back({std::string(name), cell<M>::kind, cell<M>::nullable, &cell<M>::fits});
    });
    return all;
  }

  /// Calls `f(i, member)` for each column in order.
  template <class X, class F> static void each(X& x, F&& f) {
    std::size_t i = 0;
    if constexpr (record<T>)
      for_each_column(x, [&](std::string_view, auto& member) { f(i++, member); });
    else if constexpr (is_tuple)
      std::apply([&](auto&... member) { (f(i++, member), ...); }, x);
    else
      f(i, x);
  }

  /// Binds each column i of a key to the parameter `first + i`. Returns the column that cannot be kept, if any.
  static std::optional<std::size_t> bind_key(statement& s, int first, T const& key) {
    std::optional<std::size_t> refused;
    each(key, [&]<class M>(std::size_t i, M const& member) {
      static_assert(!cell<M>::nullable && (cell<M>::kind != storage::text || std::same_as<M, std::string>),
                    "zddm: a key of a SQLite table is made of bools, integers, enums, floating point, std::string and "
                    "zddm::blob: SQLite would order anything else, and what may be absent, differently. Map the key to those");
      if (unordered(member) || !cell<M>::bind(s, first + static_cast<int>(i), member)) refused = refused.value_or(i);
    });
    return refused;
  }

  /// Reads each column i of a key from the result column `first + i`. Returns the column that holds something else, if any.
  static std::optional<std::size_t> read_key(statement const& s, int first, T& key) {
    std::optional<std::size_t> refused;
    each(key, [&]<class M>(std::size_t i, M& member) {
      if (!cell<M>::read(s, first + static_cast<int>(i), member) || unordered(member)) refused = refused.value_or(i);
    });
    return refused;
  }

private:
  /// SQLite's integers are signed: from 2^63 on, unsigned ones would come before zero.
  template <class M> static bool unordered(M const& member) {
    if constexpr (std::is_enum_v<M>)
      return unordered(static_cast<std::underlying_type_t<M>>(member));
    else if constexpr (std::unsigned_integral<M> && sizeof(M) == 8)
      return member >> 63 != 0;
    else
      return false;
  }

  template <class F> static void each_type(T const*, F&& f) {
    if constexpr (record<T>)
      for_each_column_type<T>(f);
    else if constexpr (is_tuple)
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (f(std::string_view(), std::type_identity<std::tuple_element_t<I, T>>{}), ...);
      }(std::make_index_sequence<count>{});
    else
      f(std::string_view(), std::type_identity<T>{});
  }
};

} // namespace zddm::sqlite
