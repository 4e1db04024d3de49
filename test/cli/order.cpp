// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/order.hpp>

#include <array>

#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>
#include <doctest/doctest.h>

namespace {

struct a {
  static constexpr std::string_view name = "a";
};
struct b {
  static constexpr std::string_view name = "b";
  static constexpr std::array<std::string_view, 2> depends_on{"c", "a"};
};
struct c {
  static constexpr std::string_view name = "c";
  static constexpr auto depends_on = boost::hana::make_tuple(std::string_view("a"));
};
constexpr auto b_as_hana = BOOST_HANA_STRING("b");
struct d {
  static constexpr std::string_view name = "d";
  static constexpr auto depends_on = boost::hana::make_tuple(b_as_hana);
};
struct lost {
  static constexpr std::string_view name = "lost";
  static constexpr std::array<std::string_view, 1> depends_on{"nobody"};
};
struct left {
  static constexpr std::string_view name = "left";
  static constexpr std::array<std::string_view, 1> depends_on{"right"};
};
struct right {
  static constexpr std::string_view name = "right";
  static constexpr std::array<std::string_view, 1> depends_on{"left"};
};

} // namespace

using zddm::cli::order;

TEST_CASE("order: what is depended on comes first, else it is as given") {
  CHECK(order<>().empty());
  CHECK((order<a>() == std::array<std::size_t, 1>{0}));
  CHECK((order<a, c>() == std::array<std::size_t, 2>{0, 1}));
  CHECK((order<c, a>() == std::array<std::size_t, 2>{1, 0}));
  CHECK((order<d, b, c, a>() == std::array<std::size_t, 4>{3, 2, 1, 0}));
  CHECK((order<a, b, c, d>() == std::array<std::size_t, 4>{0, 2, 1, 3}));
}

TEST_CASE("order: an unknown name, a circle and a name given twice are known at compile time") {
  static_assert(zddm::cli::detail::ordered<a, lost>()[0] == zddm::cli::detail::unknown_name);
  static_assert(zddm::cli::detail::ordered<left, right, a>()[0] == zddm::cli::detail::cycle);
  static_assert(zddm::cli::detail::ordered<a, c>()[0] == 0);
  static_assert(!zddm::cli::detail::names_differ<a, b, a>());
  static_assert(zddm::cli::detail::names_differ<a, b>());
}
