// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/lifecycle_bar.hpp>

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using zddm::cli::lifecycle_bar;
using zddm::lifecycle::row;

namespace {
bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }
auto count(std::string const& text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}
} // namespace

TEST_CASE("lifecycle bar: every row has its place among the six states") {
  for (std::size_t i = 0; i < zddm::lifecycle::row_names.size(); ++i) {
    auto const at = static_cast<row>(i);
    auto const text = lifecycle_bar(at, true, "");
    CAPTURE(text);
    CHECK(count(text, "<li") == (zddm::lifecycle::durable(at) ? 6 : 7));
    CHECK(count(text, "aria-current=\"step\"") == 1);
    CHECK(has(text, "aria-current=\"step\">" + std::string(to_string(at))));
    CHECK(count(text, "last point of return") == 1);
  }
}

TEST_CASE("lifecycle bar: the last point of return, and what lies beyond") {
  auto const text = lifecycle_bar(row::migrating, true, "61.7 %");
  CHECK(has(text, "<li class=\"past\">prepared</li>"));
  CHECK(has(text, "<li class=\"here\" aria-current=\"step\">migrating<small>61.7 %</small></li>"));
  CHECK(has(text, "<li class=\"ahead return\">switched<small class=\"mark\">last point of return</small></li>"));
  CHECK(has(text, "<li class=\"ahead beyond\">completed</li>"));
  CHECK(has(lifecycle_bar(row::prepared, false, ""), "<li class=\"ahead return\">migrated"));
  CHECK(has(lifecycle_bar(row::completed, true, ""), "<li class=\"past return\">switched"));
}
