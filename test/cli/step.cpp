// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/step.hpp>

#include <algorithm>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("step: the command that leads on is one that starts from the row") {
  for (std::size_t i = 0; i < zddm::lifecycle::row_names.size(); ++i) {
    auto const at = static_cast<row>(i);
    auto const command = cli::next_command(at);
    CHECK(command.empty() == (at == row::destroyed));
    auto const path = std::ranges::find(zddm::lifecycle::step_paths, command, &zddm::lifecycle::step_path::name);
    if (!command.empty()) CHECK(zddm::lifecycle::next_row(path->asked, at));
  }
}

TEST_CASE("step: one that does not start here is refused with what would") {
  desk d("complete");
  auto s = d.session();
  d.place(row::prepared);
  try {
    cli::step_run const run(s, d.m, step::complete);
    FAIL("it was not refused");
  } catch (cli::failure const& e) {
    CHECK(e.code() == 301);
    CHECK(e.exit() == cli::exit_code::refused);
    CHECK(e.findings()[0].what == "it is prepared, and complete starts from switched");
    CHECK(e.findings()[0].remedy == "zd migrate names");
  }
}

TEST_CASE("step: none forward while New is in quarantine, but back") {
  desk d("switch");
  auto s = d.session();
  d.place(row::migrated, [](auto& r) { r.now.shut = zddm::lifecycle::quarantine::settled; });
  try {
    cli::step_run const run(s, d.m, step::cut_over);
    FAIL("it was not refused");
  } catch (cli::failure const& e) {
    CHECK(e.code() == 309);
    CHECK(e.findings()[0].remedy == "zd repair names");
  }
  cli::step_run const back(s, d.m, step::roll_back);
}

TEST_CASE("step: walking tells each row once, also where settings change on the way") {
  desk d("prepare", true);
  auto s = d.session();
  cli::step_run run(s, d.m, step::prepare);
  cli::hold h(s, "names");
  bool once = true;
  CHECK_FALSE(run.walk(h, "a note", [&](auto const&, auto const&) {
    if (std::exchange(once, false)) d.place(row::unrun);
  }));
  run.tell(false);
  std::istringstream lines(d.data.str());
  std::vector<std::string> events;
  for (std::string line; std::getline(lines, line);) {
    auto const e = cli::json::parse(line);
    events.push_back(e["event"].get<std::string>() + ' ' + e.value("to", e.value("row", "")));
  }
  CHECK(events == std::vector<std::string>{"moving preparing", "moving prepared", "state prepared"});
  CHECK(zddm::lifecycle::history(d.memory, "names").back().note == "a note");
  CHECK(run.walk(h, "", [](auto const&, auto const&) { FAIL("nothing is left to do"); }));
}

TEST_CASE("step: for whom it waits is told in the line that is redrawn, elsewhere with -v") {
  for (bool const terminal : {true, false})
    for (bool const verbose : {true, false}) {
      desk d("prepare", false, "", terminal);
      process const silent(d.memory, false);
      cli::console out({d.in, d.data, d.talk, terminal, terminal, terminal}, {.verbose = verbose});
      cli::session s{d.state, out, d.asked, d.stop};
      d.asked.wait = 50ms;
      cli::step_run run(s, d.m, step::prepare);
      cli::hold h(s, "names");
      CHECK_THROWS_AS(run.walk(h, "", [](auto const&, auto const&) {}), zddm::lifecycle::unacknowledged);
      CHECK(d.said("names: waiting for ") == (terminal || verbose));
      CHECK(d.said("(test) to obey epoch 1") == (terminal || verbose));
      CHECK(d.said("\r") == terminal);
    }
}

TEST_CASE("step: a stop that was asked for comes before the next row") {
  desk d("prepare");
  auto s = d.session();
  cli::step_run run(s, d.m, step::prepare);
  cli::hold h(s, "names");
  CHECK_THROWS_AS(run.walk(h, "", [&](auto const&, auto const&) { d.stop.request(2); }), cli::interrupted);
  CHECK(d.at() == row::unrun);
}

TEST_CASE("step: a migration taken over by another operator is not moved") {
  desk d("prepare");
  auto s = d.session();
  cli::step_run run(s, d.m, step::prepare);
  cli::hold h(s, "names");
  auto const steal = [&](auto const&, auto const&) {
    auto const entry = d.memory.read("m/names/operator");
    std::vector<zddm::lifecycle::change> const theft{{entry->path, zddm::lifecycle::any_revision, entry->value}};
    d.memory.commit(theft);
  };
  CHECK_THROWS_AS(run.walk(h, "", steal), zddm::lifecycle::held);
  CHECK(d.at() == row::unrun);
}

TEST_CASE("step: what cannot be undone is confirmed by the migration's name, never by a bare yes") {
  auto const code = [](desk& d) {
    auto s = d.session();
    try {
      cli::confirm_by_name(s, d.m, "It cannot be undone.");
    } catch (cli::failure const& e) {
      return e.code();
    }
    return 0;
  };
  desk named("complete");
  named.asked.yes = {"names"};
  CHECK(code(named) == 0);
  desk other("complete");
  other.asked.yes = {"orders", "true", ""};
  CHECK(code(other) == 308);
  desk nobody("complete", false, "names\n");
  CHECK(code(nobody) == 308);
  desk typed("complete", false, "names\n", true);
  CHECK(code(typed) == 0);
  CHECK(typed.said("It cannot be undone."));
  desk wrong("complete", false, "yes\n", true);
  CHECK(code(wrong) == 308);
  desk program("complete", true, "names\n", true);
  CHECK(code(program) == 308);
}
