// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/plot.hpp>

#include <string>

#include <doctest/doctest.h>

using zddm::cli::plot;

namespace {
bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("plot: places are drawn from the left and from the bottom") {
  plot p("what is seen");
  p.line("new", {{0, 0}, {0.5, 1}, {1, 0.25}});
  p.area("old", {{0.25, 0.5}, {0.75, 1}});
  p.upright("old", 0.5);
  p.dot("bad", 0.5, 0.5);
  auto const text = p.text();
  CHECK(has(text, "<title>what is seen</title>"));
  CHECK(has(text, "<path class=\"new\" d=\"M0.0 1000.0L500.0 0.0L1000.0 750.0\"/>"));
  CHECK(has(text, "<path class=\"area old\" d=\"M250.0 1000.0L250.0 500.0L750.0 0.0L750.0 1000.0\"/>"));
  CHECK(has(text, "<path class=\"mark old\" d=\"M500.0 1000.0L500.0 0.0\"/>"));
  CHECK(has(text, "<path class=\"dot bad\" d=\"M500.0 500.0L500.0 500.0\"/>"));
}

TEST_CASE("plot: labels stay inside, and are escaped") {
  plot p("a");
  p.rule(0.75, "<75>");
  p.limit(0.5, "good", "gate");
  p.tick(0, "first");
  p.tick(0.5, "middle");
  p.tick(1, "last");
  auto const text = p.text();
  CHECK(has(text, "<span class=\"y\" style=\"top:25.0%\">&lt;75&gt;</span>"));
  CHECK(has(text, "<span class=\"note good\" style=\"top:50.0%\">gate</span>"));
  CHECK(has(text, "left:0.0%;transform:translateX(0%)\">first"));
  CHECK(has(text, "left:50.0%;transform:translateX(-50%)\">middle"));
  CHECK(has(text, "left:100.0%;transform:translateX(-100%)\">last"));
}

TEST_CASE("plot: what lies outside is brought to the edge, and of nothing nothing is drawn") {
  plot p("a", true);
  p.line("new", {{-1, 2}, {3, -4}});
  auto const text = p.text();
  CHECK(has(text, "M0.0 0.0L1000.0 1000.0"));
  CHECK(has(text, "class=\"plot low\""));
  plot empty("a");
  empty.line("new", {});
  empty.area("new", {});
  CHECK_FALSE(has(empty.text(), "class=\"new\""));
  CHECK_FALSE(has(empty.text(), "class=\"area new\""));
}
