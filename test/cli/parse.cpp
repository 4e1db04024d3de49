// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/parse.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace zddm::cli;
using namespace std::chrono_literals;

namespace {

options read(std::vector<std::string> args, std::map<std::string, std::string> variables = {}) {
  environment const env([&](std::string const& name) {
    auto const it = variables.find(name);
    return it == variables.end() ? std::nullopt : std::optional<std::string>(it->second);
  });
  return std::get<options>(parse(std::move(args), env));
}

int exit_of(std::vector<std::string> args, std::map<std::string, std::string> variables = {}) {
  try {
    read(std::move(args), std::move(variables));
  } catch (failure const& e) {
    return static_cast<int>(e.exit());
  }
  return 0;
}

} // namespace

TEST_CASE("parse: a command, a name, flags before and behind") {
  auto const o = read({"--json", "switch", "names", "--state", "sqlite:zd.db", "-q"});
  CHECK(o.command == "switch");
  CHECK(o.name == "names");
  CHECK(o.json);
  CHECK(o.quiet);
  CHECK(o.state == "sqlite:zd.db");
  CHECK(o.wait == 60s);
  CHECK_FALSE(read({"switch"}).name);
}

TEST_CASE("parse: every command there is, with or without a name as it takes it") {
  for (auto const& c : commands) {
    CAPTURE(c.name);
    std::vector<std::string> words{std::string(c.name)};
    if (c.takes != command::naming::none) words.push_back("names");
    if (c.name == "explain") words.push_back("42");
    if (c.name == "completion") words.push_back("bash");
    CHECK(read(words).command == c.name);
    CHECK(exit_of({std::string(c.name)}) == (c.takes == command::naming::required || c.name == "completion" ? 2 : 0));
  }
}

TEST_CASE("parse: optional values are given with an equals sign, so that a name is never taken for one") {
  auto const o = read({"complete", "--yes", "--wait", "--override", "names"});
  CHECK(o.name == "names");
  CHECK(o.yes.empty());
  CHECK(o.wait == 60s);
  CHECK(o.overrides.empty());
  auto const p = read({"complete", "names", "--yes=names,orders", "--wait=5m", "--override=backfill,mismatches"});
  CHECK(p.yes == std::vector<std::string>{"names", "orders"});
  CHECK(p.wait == 5min);
  CHECK(p.overrides == std::vector<std::string>{"backfill", "mismatches"});
}

TEST_CASE("parse: a gate takes a rate") {
  CHECK(read({"gate", "names", "12.5"}).rate == "12.5");
  CHECK_FALSE(read({"gate", "names"}).rate);
}

TEST_CASE("parse: a command there is not is named, and help is where what is lacking is told") {
  auto const said = [](std::vector<std::string> args) {
    try {
      read(std::move(args));
    } catch (failure const& e) {
      return e.text() + " / " + e.findings()[0].remedy;
    }
    return std::string("nothing");
  };
  CHECK(said({"--state", "sqlite:a", "prepar", "names"}) == "there is no command 'prepar' / zd --help");
  CHECK(said({}) == "no command was given / zd --help");
  CHECK(said({"explain", "names"}) == "KEY is required / zd explain --help");
  CHECK(said({"switch", "--fast"}) == "The following argument was not expected: --fast / zd --help");
}

TEST_CASE("parse: wrong usage ends with 2") {
  for (std::vector<std::string> const& args : std::vector<std::vector<std::string>>{
           {}, {"fly"}, {"switch", "--fast"}, {"switch", "a", "b"}, {"switch", "--wait=soon"}, {"gate"}, {"--state"}})
    CHECK(exit_of(args) == 2);
}

TEST_CASE("parse: every option has its variable, named as itself, but for help and the version") {
  grammar const g;
  std::vector<std::string> twins;
  for (auto const* option : g.app.get_options())
    if (auto const twin = grammar::twin_of(*option); !twin.empty()) twins.push_back(twin);
  CHECK(twins.size() + 2 == g.app.get_options().size());
  CHECK(std::ranges::find(twins, "ZD_DRY_RUN") != twins.end());
  CHECK(read({"new", "x"}, {{"ZD_DIR", "there"}}).folder == "there");
  CHECK(read({"new", "x", "--dir", "here"}, {{"ZD_DIR", "there"}}).folder == "here");
  CHECK(read({"migrate"}, {{"ZD_RESTART", "1"}, {"ZD_VALUES", "true"}}).restart);
  CHECK(exit_of({"status"}, {{"ZD_JSON", "perhaps"}}) == 2);
}

TEST_CASE("parse: a bare yes is told apart from names") {
  CHECK(read({"unlock", "names", "--yes"}).yes_to_all);
  CHECK(read({"unlock", "names"}, {{"ZD_YES", "true"}}).yes_to_all);
  CHECK_FALSE(read({"unlock", "names", "--yes=names"}).yes_to_all);
  CHECK_FALSE(read({"unlock", "names"}).yes_to_all);
}

TEST_CASE("parse: each flag has its variable, and the command line goes before it") {
  auto const o = read({"status"}, {{"ZD_STATE", "sqlite:a.db"},
                                   {"ZD_JSON", "1"},
                                   {"ZD_PLAIN", "no"},
                                   {"ZD_WAIT", "5s"},
                                   {"ZD_DRY_RUN", "yes"},
                                   {"NO_COLOR", "1"},
                                   {"ZD_YES", "names"},
                                   {"ZD_QUIET", "0"}});
  CHECK(o.state == "sqlite:a.db");
  CHECK(o.json);
  CHECK_FALSE(o.plain);
  CHECK_FALSE(o.quiet);
  CHECK(o.wait == 5s);
  CHECK(o.dry_run);
  CHECK(o.no_color);
  CHECK(o.yes == std::vector<std::string>{"names"});
  CHECK(read({"status", "--state", "sqlite:b.db"}, {{"ZD_STATE", "sqlite:a.db"}}).state == "sqlite:b.db");
  CHECK(exit_of({"status"}, {{"ZD_WAIT", "soon"}}) == 2);
}

TEST_CASE("parse: help names every command, the version its number") {
  auto const help = std::get<answer>(parse({"--help"}, environment()));
  for (auto const& c : commands) CHECK(help.text.find(c.name) != std::string::npos);
  CHECK(std::get<answer>(parse({"switch", "-h"}, environment())).text.find("NAME") != std::string::npos);
  CHECK(std::get<answer>(parse({"--version"}, environment())).text.find(ZDDM_VERSION) != std::string::npos);
}

TEST_CASE("parse: what verify compares, how often, and where it is written") {
  auto const o = read({"verify", "names", "--sample=1%", "--continuous", "--every=5m", "--output", "found.jsonl", "--restart"});
  CHECK(o.sample.share == zddm::threshold::percent(1));
  CHECK(o.continuous);
  CHECK(o.every == 5min);
  CHECK(o.output == "found.jsonl");
  CHECK(o.restart);
  CHECK(read({"verify", "names"}, {{"ZD_SAMPLE", "20"}}).sample.ranges == 20);
  CHECK_FALSE(read({"verify", "names"}).sample.partial());
  CHECK(exit_of({"verify", "names", "--sample=much"}) == 2);
  CHECK(exit_of({"verify", "names", "--every=soon"}) == 2);
}
