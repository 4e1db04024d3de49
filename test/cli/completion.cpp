// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/completion.hpp>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tools/scratch.hpp>

using namespace zddm::cli;

namespace {
std::vector<std::string> offered(std::vector<std::string> const& words) {
  std::istringstream lines(completions(words, {"merge_names", "split_orders"}));
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line.substr(0, line.find('\t')));
  return all;
}
using list = std::vector<std::string>;
bool has(list const& all, std::string_view one) { return std::ranges::find(all, one) != all.end(); }
} // namespace

TEST_CASE("completion: commands first, then the names of migrations") {
  auto const first = offered({""});
  CHECK(first.size() == commands.size());
  for (auto const& c : commands) CHECK(has(first, c.name));
  CHECK(offered({}) == first);
  CHECK(offered({"--json", "--state", "sqlite:zd.db", "mi"}) == first);
  CHECK(offered({"migrate", ""}) == list{"merge_names", "split_orders"});
  CHECK(offered({"--json", "gate", "--state", "x", "m"}) == list{"merge_names", "split_orders"});
  CHECK(offered({"gate", "merge_names", ""}).empty());
  CHECK(offered({"completion", ""}) == list{"bash", "zsh"});
  CHECK(offered({"manual", ""}).empty());
}

TEST_CASE("completion: every option there is") {
  auto const all = offered({"migrate", "--"});
  grammar const g;
  for (auto const* option : g.app.get_options())
    if (!option->get_lnames().empty()) CHECK(has(all, "--" + option->get_lnames().front()));
  CHECK(has(all, "--dry-run"));
}

TEST_CASE("completion: there are scripts for two shells") {
  CHECK(completion_script("bash").find("complete ") != std::string::npos);
  CHECK(completion_script("zsh").starts_with("#compdef zd\n"));
  CHECK_THROWS_AS(completion_script("fish"), failure);
}

TEST_CASE("completion: the scripts that are installed are those that zd prints") {
  auto const* const root = std::getenv("ZDDM_SOURCE_DIR");
  REQUIRE(root);
  CHECK(test::read_file(std::string(root) + "/docs/reference/zd.bash") == completion_script("bash"));
  CHECK(test::read_file(std::string(root) + "/docs/reference/_zd") == completion_script("zsh"));
}
