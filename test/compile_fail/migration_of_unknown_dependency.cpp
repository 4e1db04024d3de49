// SPDX-License-Identifier: BSL-1.0
// expect: depends_on names a migration that zd is not given
// expect: add it to the list, or correct the name
// expect: migration_of_unknown_dependency.cpp:15:
#include <array>
#include <string_view>

#include <zddm/cli/order.hpp>

struct orders {
  static constexpr std::string_view name = "split_orders";
  static constexpr std::array<std::string_view, 1> depends_on{"move_usres"};
  void migrate() {}
};
constexpr auto order = zddm::cli::order<orders>();
