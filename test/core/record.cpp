// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/record.hpp>

#include <cstdint>
#include <map>

#include <doctest/doctest.h>

namespace {

enum class colour : std::uint8_t { red, green };
enum open_ended { first, second };

struct address {
  BOOST_HANA_DEFINE_STRUCT(address, (std::string, street), (std::optional<int>, number));
};

struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (std::uint64_t, id), (std::string, name), (address, home), (std::vector<address>, others),
                           (zddm::blob, photo), (colour, favourite), (std::vector<bool>, answers));
};

struct point {
  int x = 0;
  double y = 0;
};

struct tree {
  BOOST_HANA_DEFINE_STRUCT(tree, (int, value), (std::vector<tree>, children));
};

using table_of_numbers = std::map<int, int>;

struct odd {
  BOOST_HANA_DEFINE_STRUCT(odd, (int, value), (table_of_numbers, table));
};

struct nothing {
  BOOST_HANA_DEFINE_STRUCT(nothing);
};

} // namespace

BOOST_HANA_ADAPT_STRUCT(point, x, y);

TEST_CASE("a record is a struct with columns") {
  static_assert(zddm::record<person> && zddm::record<address> && zddm::record<point>);
  static_assert(!zddm::record<int> && !zddm::record<std::string> && !zddm::record<nothing> && !zddm::record<std::vector<point>>);
  static_assert(zddm::column_count<person> == 7);
}

TEST_CASE("fields are what a store can hold") {
  static_assert(zddm::field<bool> && zddm::field<std::int8_t> && zddm::field<std::uint64_t> && zddm::field<float>);
  static_assert(zddm::field<colour> && zddm::field<std::string> && zddm::field<zddm::blob> && zddm::field<point>);
  static_assert(zddm::field<person> && zddm::field<std::vector<std::optional<person>>>);
  static_assert(!zddm::field<long double> && !zddm::field<int*> && !zddm::field<char const*> && !zddm::field<int const>);
  static_assert(!zddm::field<open_ended>, "a stored number might be no value of it");
  static_assert(!zddm::field<std::map<int, int>> && !zddm::field<odd>);
  static_assert(!zddm::field<std::optional<std::optional<int>>>, "two kinds of nothing have one text");
  static_assert(!zddm::field<tree>, "a record that contains itself has no bounded depth");
}

TEST_CASE("column names stand in the order of declaration") {
  constexpr auto names = zddm::column_names<person>();
  static_assert(names.size() == 7 && names[0] == "id" && names[6] == "answers");
  static_assert(zddm::column_names<point>()[1] == "y");
}

TEST_CASE("each column is visited once, in order, by reference") {
  point p{3, 0.5};
  std::string seen;
  zddm::for_each_column(p, [&](std::string_view name, auto& member) {
    seen += name;
    member += 1;
  });
  CHECK(seen == "xy");
  CHECK(p.x == 4);
  CHECK(p.y == 1.5);

  point const fixed{1, 2};
  int calls = 0;
  zddm::for_each_column(fixed, [&](std::string_view, auto& member) {
    static_assert(std::is_const_v<std::remove_reference_t<decltype(member)>>);
    ++calls;
  });
  CHECK(calls == 2);
}

TEST_CASE("two records are visited column by column") {
  address const a{"High Street", 1}, b{"High Street", std::nullopt};
  std::string differing;
  zddm::for_each_column(a, b, [&](std::string_view name, auto const& left, auto const& right) {
    if (left != right) differing += name;
  });
  CHECK(differing == "number");
}

TEST_CASE("column types are visited without a record") {
  std::string seen;
  zddm::for_each_column_type<address>([&]<class Member>(std::string_view name, std::type_identity<Member>) {
    seen += name;
    if constexpr (std::is_same_v<Member, std::optional<int>>) seen += "?";
  });
  CHECK(seen == "streetnumber?");
}
