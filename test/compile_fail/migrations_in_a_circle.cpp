// SPDX-License-Identifier: BSL-1.0
// expect: migrations depend on each other in a circle
// expect: Take one depends_on out
// expect: migrations_in_a_circle.cpp:20:
#include <array>
#include <string_view>

#include <zddm/cli/order.hpp>

struct left {
  static constexpr std::string_view name = "left";
  static constexpr std::array<std::string_view, 1> depends_on{"right"};
  void migrate() {}
};
struct right {
  static constexpr std::string_view name = "right";
  static constexpr std::array<std::string_view, 1> depends_on{"left"};
  void migrate() {}
};
constexpr auto order = zddm::cli::order<left, right>();
