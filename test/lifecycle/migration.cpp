// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/migration.hpp>

#include <array>
#include <string>
#include <string_view>

#include <boost/hana/tuple.hpp>
#include <doctest/doctest.h>

using namespace zddm::lifecycle;

namespace {

struct named {
  static constexpr std::string_view name = "named";
};
struct steps : named {
  void migrate() {}
};
struct stores : named {
  int& old_store() { return a; }
  int& new_store() { return b; }
  int a = 0, b = 0;
};
struct both : stores {
  void migrate() {}
};
struct nameless {
  void migrate() {}
};
struct half : named {
  int& old_store() { return a; }
  int a = 0;
};

struct after_two : named {
  static constexpr std::array<std::string_view, 2> depends_on{"users", "orders"};
};
struct after_one : named {
  static constexpr auto depends_on = boost::hana::make_tuple(std::string_view("users"));
};

} // namespace

TEST_CASE("migration: a name makes one, and stores or a step say which kind") {
  CHECK(migration<named>);
  CHECK_FALSE(migration<nameless>);
  CHECK(stepwise_migration<steps>);
  CHECK_FALSE(store_migration<steps>);
  CHECK(store_migration<stores>);
  CHECK_FALSE(stepwise_migration<stores>);
  CHECK_FALSE(stepwise_migration<nameless>);
  CHECK_FALSE(store_migration<half>);
  CHECK_FALSE(stepwise_migration<half>);
}

TEST_CASE("migration: stores go before a step") {
  CHECK(store_migration<both>);
  CHECK_FALSE(stepwise_migration<both>);
}

TEST_CASE("migration: the names it depends on come from an array or a Hana sequence, and there may be none") {
  std::string names;
  auto const note = [&](std::string_view name) { names += std::string(name) + ' '; };
  for_each_dependency<after_two>(note);
  for_each_dependency<after_one>(note);
  for_each_dependency<named>(note);
  CHECK(names == "users orders users ");
}
