// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/progress.hpp>

#include <algorithm>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

using namespace zddm::cli;
using namespace std::chrono_literals;

namespace {

struct bench {
  bench(console::manner m, bool terminal)
      : out({in, data, talk, terminal, terminal, terminal}, m), shown(out, "names", [this] { return now; }) {}

  auto lines() const {
    auto const text = talk.str();
    return std::count(text.begin(), text.end(), '\n');
  }
  auto drawn() const {
    auto const text = talk.str();
    return std::count(text.begin(), text.end(), '\r');
  }

  std::istringstream in;
  std::ostringstream data, talk;
  console out;
  std::chrono::nanoseconds now{1h};
  progress shown;
};

zddm::backfill::status at(std::uint64_t copied) {
  zddm::backfill::status s{{true, 1000, 10, copied / 100, copied, 0, 0, {}, 0, 0}, {}, {}, {}, false};
  return s;
}

} // namespace

TEST_CASE("progress: on a terminal one line is redrawn, at most ten times a second") {
  bench b({}, true);
  for (int i = 0; i < 100; ++i) {
    b.shown(at(617));
    b.now += 10ms;
  }
  CHECK(b.drawn() == 10);
  CHECK(b.lines() == 0);
  CHECK(b.talk.str().find("61.6 %") != std::string::npos);
  CHECK(b.talk.str().find("time left unknown") != std::string::npos);
  auto s = at(617);
  s.rows_per_second = 7412.4;
  s.left = 38min;
  b.now += 1s;
  b.shown(s);
  CHECK(b.talk.str().find("7412 rows/s") != std::string::npos);
  CHECK(b.talk.str().find("about 38 min left") != std::string::npos);
}

TEST_CASE("progress: on a terminal the last line stays") {
  bench b({}, true);
  b.shown(at(500));
  auto s = at(1000);
  s.coverage.done = 10;
  b.shown.finish(s);
  CHECK(b.lines() == 1);
  CHECK(b.talk.str().ends_with("\r\x1b[Knames  10 of 10 chunks  100 %\n"));
}

TEST_CASE("progress: elsewhere a line of keys and values at once, every ten seconds, and at the end") {
  bench b({}, false);
  for (int i = 0; i < 25; ++i) {
    b.shown(at(500));
    b.now += 1s;
  }
  CHECK(b.lines() == 3);
  b.shown.finish(at(1000));
  CHECK(b.lines() == 4);
  CHECK(b.drawn() == 0);
  CHECK(b.talk.str().find("chunks=10 chunks_done=5 rows=1000 copied=500 ") != std::string::npos);
  CHECK(b.talk.str().find("left_seconds=unknown") != std::string::npos);
}

TEST_CASE("progress: for programs an event") {
  bench b({.json = true}, true);
  b.shown(at(500));
  CHECK(b.drawn() == 0);
  auto const e = json::parse(b.data.str());
  CHECK(e["event"] == "progress");
  CHECK(e["chunks_done"] == 5);
  CHECK(e["left_seconds"].is_null());
}

TEST_CASE("progress: the reason of every throttled second is told, and which one holds now") {
  auto s = at(500);
  s.throttle = "latency of Old";
  s.throttled = {{"latency of Old", 1500ms}, {"rows per second", 20s}};
  s.processes = 3;
  bench lines({}, false), terminal({}, true), programs({.json = true}, false);
  for (auto* const b : {&lines, &terminal, &programs}) b->shown(s);
  CHECK(lines.talk.str().find("processes=3 throttle=latency-of-Old throttled_seconds=22 paused=no") != std::string::npos);
  CHECK(terminal.talk.str().find("throttled: latency of Old") != std::string::npos);
  auto const e = json::parse(programs.data.str());
  CHECK(e["throttle"] == "latency of Old");
  CHECK(e["throttled_seconds"]["rows per second"] == 20);
  CHECK(e["throttled_seconds"]["latency of Old"] == 1.5);
  CHECK(e["processes"] == 3);
}

TEST_CASE("progress: it is never said to be whole before it is complete") {
  bench b({}, true);
  auto s = at(1000);
  s.coverage.done = 9;
  b.shown(s);
  CHECK(b.talk.str().find("99.9 %") != std::string::npos);
}

TEST_CASE("progress: a comparison that is over is whole, and has no time left") {
  bench b({}, true);
  zddm::verify::report found{};
  found.complete = true;
  b.shown.finish(zddm::verify::status{1000, 1000, found});
  CHECK(b.talk.str() == "names  comparing  100 %  0 open\n");
}

TEST_CASE("progress: a comparison shows its rate over the last time, what is left, and what is open") {
  zddm::verify::report found{};
  found.wrong.missing = 2;
  bench lines({}, false), terminal({}, true), programs({.json = true}, false);
  for (auto* const b : {&lines, &terminal, &programs}) {
    b->shown(zddm::verify::status{0, 1000, found});
    CHECK(b->talk.str().find("100 rows") == std::string::npos);
    b->now += 5s;
    b->shown(zddm::verify::status{500, 1000, found});
    b->now += 5s;
    b->shown(zddm::verify::status{500, 1000, found});
  }
  CHECK(lines.talk.str().find(
            "phase=comparison rows=1000 walked=0 compared=0 open=2 rows_per_second=unknown left_seconds=unknown") !=
        std::string::npos);
  CHECK(lines.talk.str().find("walked=500 compared=0 open=2 rows_per_second=50 left_seconds=10") != std::string::npos);
  CHECK(lines.lines() == 2);
  CHECK(terminal.talk.str().find("names  comparing  50.0 %  2 open  100 rows/s  about 5 s left") != std::string::npos);
  auto const text = programs.data.str();
  auto const last = json::parse(text.substr(text.find('\n') + 1));
  CHECK(last["phase"] == "comparison");
  CHECK(last["rows_per_second"] == 50.0);
  CHECK(last["left_seconds"] == 10);
}
