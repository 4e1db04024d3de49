// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/watch.hpp>

#include <csignal>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

namespace {

/// Watches until something is done after a second and a half, then ends.
void watched(desk& d, std::function<void()> const& change) {
  std::jthread const user([&] {
    std::this_thread::sleep_for(1500ms);
    change();
    std::this_thread::sleep_for(1s);
    d.stop.request(SIGINT);
  });
  auto s = d.session();
  std::vector<cli::subject const*> const all{&d.m};
  CHECK_THROWS_AS(cli::watch(s, all), cli::interrupted);
}

int count(std::string const& text, std::string_view part) {
  int n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

} // namespace

TEST_CASE("watch: without a terminal a line at once and where something changed, until it is interrupted") {
  desk d("watch");
  d.place(row::prepared);
  watched(d, [&] { d.place(row::migrating); });
  std::istringstream lines(d.data.str());
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  REQUIRE(all.size() == 2);
  CHECK(all[0].starts_with("migration=names row=prepared epoch=1 chunks=0 "));
  CHECK(all[1].starts_with("migration=names row=migrating epoch=2 "));
}

TEST_CASE("watch: for programs an event each time") {
  desk d("watch", true);
  watched(d, [] {});
  CHECK(cli::json::parse(d.data.str())["event"] == "status");
}

TEST_CASE("watch: on a terminal the page is drawn anew every second, from the top") {
  desk d("watch", false, "", true);
  d.place(row::prepared);
  watched(d, [&] { d.place(row::migrating); });
  auto const text = d.data.str();
  CHECK(text.starts_with("\x1b[H"));
  CHECK(count(text, "\x1b[H") == 3);
  CHECK(count(text, "\x1b[J") == 3);
  CHECK(count(text, "[prepared]") == 2);
  CHECK(count(text, "[migrating]") == 1);
}
