// SPDX-License-Identifier: BSL-1.0
// expect: two migrations have the same name
// expect: rename one of them
// expect: migrations_of_one_name.cpp:17:
#include <string_view>

#include <zddm/cli/order.hpp>

struct orders {
  static constexpr std::string_view name = "move";
  void migrate() {}
};
struct users {
  static constexpr std::string_view name = "move";
  void migrate() {}
};
constexpr auto order = zddm::cli::order<orders, users>();
