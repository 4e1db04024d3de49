// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/console.hpp>

#include <sstream>
#include <string>

#include <doctest/doctest.h>

using namespace zddm::cli;

namespace {

struct bench {
  explicit bench(console::manner m, bool terminal = false, std::string typed = "")
      : in(std::move(typed)), out({in, data, talk, terminal, terminal, terminal}, m) {}
  std::istringstream in;
  std::ostringstream data, talk;
  console out;
};

failure const sample(304, exit_code::refused, "cannot switch names", {{"short", "zd a"}, {"much longer", "zd b"}, {"alone", ""}});

} // namespace

TEST_CASE("console: data and talk go different ways") {
  bench b({});
  b.out.line("data");
  b.out.event("thing", {{"n", 1}});
  b.out.say("talk");
  b.out.detail("more");
  CHECK(b.data.str() == "data\n");
  CHECK(b.talk.str() == "talk\n");
}

TEST_CASE("console: quiet keeps data and errors, verbose adds detail") {
  bench quiet({.json = false, .quiet = true});
  quiet.out.line("data");
  quiet.out.say("talk");
  quiet.out.complain(sample);
  CHECK(quiet.data.str() == "data\n");
  CHECK(quiet.talk.str().find("talk") == std::string::npos);
  CHECK(quiet.talk.str().find("ZD-304") != std::string::npos);
  bench loud({.json = false, .quiet = false, .verbose = true});
  loud.out.detail("more");
  CHECK(loud.talk.str() == "more\n");
}

TEST_CASE("console: for programs there is a JSON object a line and nothing else, errors included") {
  bench b({.json = true});
  b.out.line("data");
  b.out.say("talk");
  b.out.event("thing", {{"n", 1}, {"text", "a\nb\xff"}});
  b.out.complain(sample);
  CHECK(b.talk.str().empty());
  std::istringstream lines(b.data.str());
  std::string first, second, third;
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK_FALSE(std::getline(lines, third));
  CHECK(first.starts_with("{\"schema\":1,\"event\":\"thing\",\"n\":1,"));
  auto const error = json::parse(second);
  CHECK(error["event"] == "error");
  CHECK(error["code"] == 304);
  CHECK(error["exit"] == 3);
  CHECK(error["details"].size() == 3);
}

TEST_CASE("console: an error says what happened, what is in the way, why it is safe, and the exit code") {
  bench b({});
  b.out.complain(sample);
  CHECK(b.talk.str() == "error ZD-304: cannot switch names\n"
                        "  short        zd a\n"
                        "  much longer  zd b\n"
                        "  alone\n"
                        "  nothing was changed.  (exit 3)\n");
}

TEST_CASE("console: only a terminal is redrawn, and a drawn line gives way") {
  bench no({});
  no.out.redraw("50 %");
  CHECK(no.talk.str().empty());
  bench plain({.json = false, .quiet = false, .verbose = false, .plain = true}, true);
  plain.out.redraw("50 %");
  CHECK(plain.talk.str().empty());
  bench yes({}, true);
  yes.out.redraw("50 %");
  yes.out.redraw("60 %");
  yes.out.say("talk");
  CHECK(yes.talk.str() == "\r\x1b[?7l50 %\x1b[K\x1b[?7h\r\x1b[?7l60 %\x1b[K\x1b[?7h\r\x1b[Ktalk\n");
}

TEST_CASE("console: colour only where wanted") {
  CHECK(bench({}).out.bold("x") == "x");
  bench b({.json = false, .quiet = false, .verbose = false, .plain = false, .colour = true});
  CHECK(b.out.bold("x") == "\x1b[1mx\x1b[0m");
}

TEST_CASE("console: a question is answered by a line, or by nobody") {
  bench b({}, true, "names\nmore\n");
  CHECK(b.out.ask("Which?") == "names");
  CHECK(b.talk.str() == "Which? ");
  CHECK(bench({}).out.ask("Which?").empty());
}
