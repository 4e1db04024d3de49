// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/watch.hpp>

#include <csignal>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

namespace {

/// Watches until `act`, which is told how often something was shown, asks for an end; returns what was shown.
std::string watched(desk& d, std::function<void(int)> const& act) {
  heard data(act);
  cli::console out({d.in, data, d.talk, d.out.io().in_terminal, d.out.io().out_terminal, d.out.io().err_terminal}, d.out.how());
  cli::session s{d.state, out, d.asked, d.stop};
  std::vector<cli::subject const*> const all{&d.m};
  CHECK_THROWS_AS(cli::watch(s, all), cli::interrupted);
  return data.str();
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
  std::istringstream lines(watched(d, [&](int times) { times == 1 ? d.place(row::migrating) : d.stop.request(SIGINT); }));
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  REQUIRE(all.size() == 2);
  CHECK(all[0].starts_with("migration=names row=prepared epoch=1 chunks=0 "));
  CHECK(all[1].starts_with("migration=names row=migrating epoch=2 "));
}

TEST_CASE("watch: for programs an event each time") {
  desk d("watch", true);
  std::jthread const user([&] {
    std::this_thread::sleep_for(2500ms);
    d.stop.request(SIGINT);
  });
  auto const text = watched(d, [](int) {});
  CHECK(cli::json::parse(text)["event"] == "status");
}

TEST_CASE("watch: on a terminal the page is drawn anew every second, from the top") {
  desk d("watch", false, "", true);
  d.place(row::prepared);
  auto const text = watched(d, [&](int times) {
    if (times == 2) d.place(row::migrating);
    if (times == 3) d.stop.request(SIGINT);
  });
  CHECK(text.starts_with("\x1b[H"));
  CHECK(count(text, "\x1b[H") == 3);
  CHECK(count(text, "\x1b[J") == 3);
  CHECK(count(text, "[prepared]") == 2);
  CHECK(count(text, "[migrating]") == 1);
}
