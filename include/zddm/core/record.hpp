// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/hana/accessors.hpp>
#include <boost/hana/adapt_struct.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/define_struct.hpp>
#include <boost/hana/unpack.hpp>

/// A record is a struct whose members are declared with `BOOST_HANA_DEFINE_STRUCT` or named with
/// `BOOST_HANA_ADAPT_STRUCT`; its columns are those members, in that order.
namespace zddm {

using blob = std::vector<std::byte>;

namespace detail {

template <class Name, class Access> struct column_info {
  static constexpr std::string_view name{Name::c_str()};
  static constexpr Access access{};
};

template <class... Columns> struct column_list {};

template <class T, class Column> using member_of = std::remove_reference_t<decltype(Column::access(std::declval<T&>()))>;

struct to_column_list {
  template <class... Pairs> constexpr auto operator()(Pairs const&...) const {
    return column_list<column_info<std::decay_t<decltype(boost::hana::first(std::declval<Pairs>()))>,
                                   std::decay_t<decltype(boost::hana::second(std::declval<Pairs>()))>>...>{};
  }
};

template <class T> using columns_of = decltype(boost::hana::unpack(boost::hana::accessors<T>(), to_column_list{}));

template <class T> struct is_record : std::false_type {};
template <class T>
  requires std::is_class_v<T> && boost::hana::Struct<T>::value
struct is_record<T> : std::bool_constant<!std::is_same_v<columns_of<T>, column_list<>>> {};

} // namespace detail

/// A struct with at least one column.
template <class T>
concept record = detail::is_record<T>::value;

namespace detail {

template <class T> struct vector_of : std::false_type {};
template <class T> struct vector_of<std::vector<T>> : std::true_type {
  using type = T;
};
template <class T> struct optional_of : std::false_type {};
template <class T> struct optional_of<std::optional<T>> : std::true_type {
  using type = T;
};

template <class T> struct is_tuple : std::false_type {};
template <class A, class B> struct is_tuple<std::pair<A, B>> : std::true_type {};
template <class... T> struct is_tuple<std::tuple<T...>> : std::true_type {};

/// An enumeration of which every value of the underlying type is one.
template <class T> consteval bool is_enum_field() {
  if constexpr (std::is_enum_v<T> && !std::is_const_v<T>)
    return requires { T{std::underlying_type_t<T>{}}; } && !std::is_same_v<std::underlying_type_t<T>, bool>;
  else
    return false;
}

template <class T>
inline constexpr bool is_scalar_field = (std::is_integral_v<T> && !std::is_const_v<T> && sizeof(T) <= 8) || is_enum_field<T>() ||
                                        std::is_same_v<T, float> || std::is_same_v<T, double>;

template <class T, class... Outer> consteval bool is_field() {
  if constexpr (is_scalar_field<T> || std::is_same_v<T, std::string> || std::is_same_v<T, blob>)
    return true;
  else if constexpr (optional_of<T>::value)
    return !optional_of<typename optional_of<T>::type>::value && is_field<typename optional_of<T>::type, Outer...>();
  else if constexpr (vector_of<T>::value)
    return is_field<typename vector_of<T>::type, Outer...>();
  else if constexpr (!record<T> || (std::is_same_v<T, Outer> || ...))
    return false;
  else
    return
        []<class... C>(column_list<C...>) { return (is_field<detail::member_of<T, C>, T, Outer...>() && ...); }(columns_of<T>{});
}

} // namespace detail

/// What a column can hold: bool, an integer of up to 8 bytes, float, double, an enumeration with a fixed underlying type
/// (not bool), `std::string`, `blob`, `std::optional` or `std::vector` of a field, or a record of fields that does not contain
/// itself.
template <class T>
concept field = detail::is_field<T>();

template <record T>
inline constexpr std::size_t column_count =
    []<class... C>(detail::column_list<C...>) { return sizeof...(C); }(detail::columns_of<T>{});

template <record T> constexpr std::array<std::string_view, column_count<T>> column_names() {
  return []<class... C>(detail::column_list<C...>) {
    return std::array<std::string_view, sizeof...(C)>{C::name...};
  }(detail::columns_of<T>{});
}

/// Calls `f(std::string_view name, Member& member)` for each column, in order.
template <class T, class F>
  requires record<std::remove_const_t<T>>
constexpr void for_each_column(T& row, F&& f) {
  [&]<class... C>(detail::column_list<C...>) {
    (static_cast<void>(f(C::name, C::access(row))), ...);
  }(detail::columns_of<std::remove_const_t<T>>{});
}

/// Calls `f(std::string_view name, Member const& left, Member const& right)` for each column, in order.
template <record T, class F> constexpr void for_each_column(T const& left, T const& right, F&& f) {
  [&]<class... C>(detail::column_list<C...>) {
    (static_cast<void>(f(C::name, C::access(left), C::access(right))), ...);
  }(detail::columns_of<T>{});
}

/// Calls `f(std::string_view name, std::type_identity<Member>)` for each column, in order.
template <record T, class F> constexpr void for_each_column_type(F&& f) {
  [&]<class... C>(detail::column_list<C...>) {
    (static_cast<void>(f(C::name, std::type_identity<detail::member_of<T, C>>{})), ...);
  }(detail::columns_of<T>{});
}

namespace detail {

template <class Column> consteval void require_column() {
  constexpr bool storable = field<Column>;
  static_assert(storable, "zddm: a record has a column of a type that no store can hold (see Column). Use bool, an integer, "
                          "float, double, an enum with a fixed underlying type, std::string, zddm::blob, std::optional, "
                          "std::vector, or another record; a record may not contain itself, nor an optional an optional");
}

/// Says at compile time, in words, which column keeps T from being stored.
template <class T> consteval void require_field() {
  if constexpr (record<T>) {
    []<class... C>(column_list<C...>) { (require_column<member_of<T, C>>(), ...); }(columns_of<T>{});
  } else {
    constexpr bool storable = field<T>;
    static_assert(storable, "zddm: this type cannot be stored (see T): it is no record, and none of bool, an integer, float, "
                            "double, an enum, std::string, zddm::blob, std::optional, std::vector. Declare its members with "
                            "BOOST_HANA_DEFINE_STRUCT or name them with BOOST_HANA_ADAPT_STRUCT");
  }
}

} // namespace detail

} // namespace zddm
