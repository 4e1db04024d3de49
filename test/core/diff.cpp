// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/diff.hpp>

#include <limits>
#include <map>

#include <doctest/doctest.h>

using zddm::difference;
using kind = difference::kind;

namespace {

struct home {
  BOOST_HANA_DEFINE_STRUCT(home, (std::string, street), (std::optional<int>, number));
};

struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (int, id), (double, height), (home, at), (std::optional<home>, summer),
                           (std::vector<std::string>, tags), (zddm::blob, photo), (std::vector<bool>, answers));
};

person sample() {
  return {1, 1.8, {"High Street", 5}, home{"Beach", {}}, {"a", "b", "c"}, {std::byte{1}, std::byte{2}}, {true, false}};
}

} // namespace

TEST_CASE("equal records have no difference") {
  CHECK(zddm::same(sample(), sample()));
  CHECK(zddm::diff(sample(), sample()).empty());
}

TEST_CASE("each differing column is named, in order, and nothing else") {
  auto other = sample();
  other.id = 2;
  other.at.number = 6;
  other.summer->street = "Hill";
  other.tags = {"a", "x"};
  other.photo.push_back(std::byte{3});
  other.answers[1] = true;
  CHECK_FALSE(zddm::same(sample(), other));
  CHECK(zddm::differing(sample(), other) ==
        std::vector<std::string>{"id", "at.number", "summer.street", "tags[1]", "tags[2]", "photo", "answers[1]"});
}

TEST_CASE("what is on one side only is told apart from what changed") {
  auto left = sample(), right = sample();
  left.at.number.reset();
  right.summer.reset();
  left.tags.pop_back();
  CHECK((zddm::diff(left, right) == std::vector<difference>{{"at.number", kind::only_right, {}, {}},
                                                            {"summer", kind::only_left, {}, {}},
                                                            {"tags[2]", kind::only_right, {}, {}}}));
}

TEST_CASE("values are shown on request only") {
  auto left = sample(), right = sample();
  left.at.street = "secret";
  right.summer.reset();
  for (auto const& d : zddm::diff(left, right)) {
    CHECK(!d.left);
    CHECK(!d.right);
    CHECK(zddm::to_string(d).find("secret") == std::string::npos);
  }
  auto const shown = zddm::diff(left, right, zddm::diff_values::show);
  REQUIRE(shown.size() == 2);
  CHECK(zddm::to_string(shown[0]) == R"(at.street: "secret" | "High Street")");
  CHECK(zddm::to_string(shown[1]) == R"(summer: {street: "Beach", number: null} | -)");
  CHECK(zddm::to_string(zddm::diff(left, right)[0]) == "at.street");
}

TEST_CASE("a NaN equals a NaN, and zero equals zero, wherever they stand") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(zddm::same(nan, -nan));
  CHECK(zddm::same(-0.0, 0.0));
  CHECK_FALSE(zddm::same(nan, 0.0));
  CHECK_FALSE(zddm::same(1.0, 1.0000000000000002));
  CHECK(zddm::same(std::vector<std::optional<double>>{nan}, std::vector<std::optional<double>>{-nan}));
  auto left = sample(), right = sample();
  left.height = right.height = nan;
  CHECK(zddm::same(left, right));
  CHECK(zddm::diff(left, right).empty());
}

TEST_CASE("what has no columns differs as a value") {
  CHECK(zddm::differing(1, 2) == std::vector<std::string>{"value"});
  CHECK(zddm::differing(std::vector{1, 2}, std::vector{1, 3}) == std::vector<std::string>{"value[1]"});
  CHECK(zddm::differing(std::pair(1, std::string("a")), std::pair(1, std::string("b"))) == std::vector<std::string>{"value[1]"});
  CHECK(zddm::same(std::tuple(1, 2.0), std::tuple(1, 2.0)));
}

TEST_CASE("a type that is no field is compared by its own operator") {
  using table = std::map<int, int>;
  CHECK(zddm::same(table{{1, 2}}, table{{1, 2}}));
  CHECK_FALSE(zddm::same(table{{1, 2}}, table{}));
  CHECK(zddm::differing(table{{1, 2}}, table{}) == std::vector<std::string>{"value"});
  CHECK(!zddm::diff(table{{1, 2}}, table{}, zddm::diff_values::show)[0].left);
}

TEST_CASE("a difference is found exactly where two records are not the same") {
  // Every column changed alone.
  for (int column = 0; column < 7; ++column) {
    auto changed = sample();
    switch (column) {
    case 0: changed.id = 0; break;
    case 1: changed.height = 0; break;
    case 2: changed.at.street = ""; break;
    case 3: changed.summer->number = 0; break;
    case 4: changed.tags.clear(); break;
    case 5: changed.photo.clear(); break;
    default: changed.answers.push_back(false);
    }
    CHECK_FALSE(zddm::same(sample(), changed));
    CHECK(zddm::diff(sample(), changed).size() == (column == 4 ? 3 : 1));
  }
}
