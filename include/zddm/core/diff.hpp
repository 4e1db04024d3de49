// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/core/dated.hpp>
#include <zddm/core/record.hpp>
#include <zddm/core/text.hpp>

namespace zddm {

/// Where two values of one type differ: a column such as `home.street` or `tags[2]`, or `value` for what has no columns.
struct difference {
  enum class kind : std::uint8_t { changed, only_left, only_right };

  std::string path;
  kind what = kind::changed;
  std::optional<std::string> left;  ///< the text of the left value, where values were asked for and there is one
  std::optional<std::string> right; ///< the same of the right value

  friend bool operator==(difference const&, difference const&) = default;
};

/// Values may be secret: they are in a difference on request only.
enum class diff_values : bool { hide, show };

namespace detail {

template <class T> inline constexpr bool is_compared_by_columns = field<T> || is_tuple<T>::value;

template <class T> consteval void require_comparable() {
  constexpr bool comparable = is_compared_by_columns<T> || std::equality_comparable<T>;
  static_assert(comparable, "zddm: values of this type cannot be compared (see T): it is no field of a record and has no "
                            "operator==. Declare its members with BOOST_HANA_DEFINE_STRUCT or give it operator==");
}

class differ {
public:
  differ(std::vector<difference>& out, diff_values values) : out_(out), shows_(values == diff_values::show) {}

  template <class T> void compare(T const& left, T const& right) {
    if constexpr (optional_of<T>::value) {
      if (left && right)
        compare(*left, *right);
      else if (left)
        only<difference::kind::only_left>(*left);
      else if (right)
        only<difference::kind::only_right>(*right);
    } else if constexpr (vector_of<T>::value && !std::same_as<T, blob>) {
      using element = typename vector_of<T>::type;
      for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i)
        inside('[' + std::to_string(i) + ']', [&] {
          if (i >= right.size())
            only<difference::kind::only_left>(static_cast<element const&>(left[i]));
          else if (i >= left.size())
            only<difference::kind::only_right>(static_cast<element const&>(right[i]));
          else
            compare(static_cast<element const&>(left[i]), static_cast<element const&>(right[i]));
        });
    } else if constexpr (is_tuple<T>::value) {
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        (inside('[' + std::to_string(I) + ']', [&] { compare(std::get<I>(left), std::get<I>(right)); }), ...);
      }(std::make_index_sequence<std::tuple_size_v<T>>{});
    } else if constexpr (record<T>) {
      for_each_column(left, right, [&](std::string_view name, auto const& l, auto const& r) {
        inside(path_.empty() ? std::string(name) : '.' + std::string(name), [&] { compare(l, r); });
      });
    } else if (!equal(left, right)) {
      add(difference::kind::changed, &left, &right);
    }
  }

  template <class T> static bool equal(T const& left, T const& right) {
    if constexpr (std::is_floating_point_v<T>) {
      return left == right || (left != left && right != right);
    } else if constexpr (std::same_as<T, instant>) {
      auto const [earlier, later] = std::minmax(static_cast<std::int64_t>(left), static_cast<std::int64_t>(right));
      return static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier) <= 1000;
    } else if constexpr (optional_of<T>::value) {
      return left && right ? equal(*left, *right) : left.has_value() == right.has_value();
    } else if constexpr (vector_of<T>::value && !std::same_as<T, blob>) {
      using element = typename vector_of<T>::type;
      if (left.size() != right.size()) return false;
      for (std::size_t i = 0; i < left.size(); ++i)
        if (!equal(static_cast<element const&>(left[i]), static_cast<element const&>(right[i]))) return false;
      return true;
    } else if constexpr (is_tuple<T>::value) {
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (equal(std::get<I>(left), std::get<I>(right)) && ...);
      }(std::make_index_sequence<std::tuple_size_v<T>>{});
    } else if constexpr (record<T>) {
      bool all = true;
      for_each_column(left, right, [&](std::string_view, auto const& l, auto const& r) { all = all && equal(l, r); });
      return all;
    } else {
      return left == right;
    }
  }

private:
  template <class F> void inside(std::string const& step, F&& f) {
    std::size_t const before = path_.size();
    path_ += step;
    f();
    path_.resize(before);
  }

  template <difference::kind Kind, class T> void only(T const& x) {
    add(Kind, Kind == difference::kind::only_left ? &x : nullptr, Kind == difference::kind::only_right ? &x : nullptr);
  }

  template <class T> void add(difference::kind kind, T const* left, T const* right) {
    std::string path = path_.empty() || path_[0] == '[' ? "value" + path_ : path_;
    out_.push_back({std::move(path), kind, shown(left), shown(right)});
  }

  template <class T> std::optional<std::string> shown(T const* x) const {
    if constexpr (is_compared_by_columns<T>)
      if (shows_ && x) return text::encode(*x);
    return std::nullopt;
  }

  std::vector<difference>& out_;
  bool shows_;
  std::string path_;
};

} // namespace detail

/// Whether every column is equal. A NaN equals every NaN, and -0.0 equals 0.0: there are stores that keep no more than that.
/// Instants a second apart or less are equal.
/// A type without columns is asked by its `operator==`.
template <class T> bool same(T const& left, T const& right) {
  detail::require_comparable<T>();
  return detail::differ::equal(left, right);
}

/// Every column that is not `same`, in order; vectors are compared element by element. Empty if and only if `same`.
template <class T> std::vector<difference> diff(T const& left, T const& right, diff_values values = diff_values::hide) {
  detail::require_comparable<T>();
  std::vector<difference> out;
  detail::differ(out, values).compare(left, right);
  return out;
}

/// The paths of `diff`, such as `home.street` and `tags[2]`.
template <class T> std::vector<std::string> differing(T const& left, T const& right) {
  std::vector<std::string> paths;
  for (auto& d : diff(left, right)) paths.push_back(std::move(d.path));
  return paths;
}

/// Such as `home.street: "High Street" | null`, the path alone without values; a side that is not there is a dash.
inline std::string to_string(difference const& d) {
  if (!d.left && !d.right) return d.path;
  return d.path + ": " + d.left.value_or("-") + " | " + d.right.value_or("-");
}

} // namespace zddm
