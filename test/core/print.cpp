// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/print.hpp>

#include <sstream>

#include <doctest/doctest.h>

namespace {

struct point {
  BOOST_HANA_DEFINE_STRUCT(point, (int, x), (std::optional<std::string>, label));
};

} // namespace

TEST_CASE("what is streamed is the text form") {
  std::ostringstream out;
  out << zddm::print(point{1, "a\n"}) << ' ' << zddm::print(std::pair(2, true)) << ' ' << zddm::print(0.1);
  CHECK(out.str() == R"({x: 1, label: "a\n"} [2, true] 0.1)");
}

TEST_CASE("the stream's own formats do not change the text") {
  std::ostringstream out;
  out << std::hex << std::showpos << zddm::print(255);
  CHECK(out.str() == "255");
}
