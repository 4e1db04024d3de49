// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/doctor.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

namespace {
void examine(desk& d) {
  auto s = d.session();
  std::vector<cli::subject*> const all{&d.m};
  cli::doctor(s, all, 30ms);
}
int code(desk& d) {
  try {
    examine(d);
  } catch (cli::failure const& e) {
    CHECK(e.exit() == cli::exit_code::failed);
    return e.code();
  }
  return 0;
}
} // namespace

TEST_CASE("doctor: connections, the clock, capabilities, what is promised and what is left open") {
  desk d("doctor");
  d.place(row::prepared);
  process const p(d.memory);
  d.m.facts.capabilities = {{"intents", true}, {"versioned", false}};
  d.m.promises = zddm::promise{
      zddm::agreement::linearizable, true, true, true, zddm::hazards::all() - zddm::hazards{zddm::hazard::unhealed_poison}, true};
  CHECK(code(d) == 0);
  CHECK(d.said("memory answers in"));
  CHECK(d.said("its clock went on"));
  CHECK(d.said("1 process with zddm " ZDDM_VERSION ", this zd is " ZDDM_VERSION));
  CHECK(d.said("can: intents; cannot: versioned"));
  CHECK(d.said("reads linearizable, many processes, shielded from New"));
  CHECK(d.said("provided that no write of Old takes longer than a lease"));
  CHECK(d.said("warning  names                    open: H10 unhealed poison"));
}

TEST_CASE("doctor: what may be lost, what cannot be undone and what is not known are warnings") {
  desk d("doctor");
  d.m.facts.at_risk = "the last commits";
  d.m.no_way_back = "the mapping is lossy";
  CHECK(code(d) == 0);
  CHECK(d.said("warning  names New                a loss of power may take away the last commits"));
  CHECK(d.said("warning  names                    the mapping is lossy"));
  CHECK(d.said("what its proxy promises is not known"));
}

TEST_CASE("doctor: a store that does not answer is wrong, and the others are looked at all the same") {
  desk d("doctor");
  d.m.fails = "about old";
  CHECK(code(d) == 321);
  CHECK(d.said("wrong    names Old                ZD-101: the store is down"));
  CHECK(d.said("fine     names New                answers in"));
}

TEST_CASE("doctor: a clock that runs too slow, too fast or was set back is wrong") {
  for (int const factor : {0, 3}) {
    desk d("doctor");
    auto const start = std::chrono::steady_clock::now();
    d.memory.clock([=] {
      return std::chrono::hours(1) +
             factor * std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    });
    CHECK(code(d) == 321);
    CHECK(d.said("leases would end too early or too late"));
  }
  desk d("doctor");
  zddm::lifecycle::lease const ahead{5, 1, 0, (d.state.now() + 20h).count(), {"elsewhere", 1, "x"}, ZDDM_VERSION, "service", "2"};
  std::array<zddm::lifecycle::change, 1> const put{
      {{zddm::lifecycle::lease_path("names", 5), 0, zddm::lifecycle::entry::encode("lease", ahead)}}};
  REQUIRE(d.memory.commit(put));
  CHECK(code(d) == 321);
  CHECK(d.said("has 19 h to run"));
}

TEST_CASE("doctor: history from the future, and a process with another version of the library, are warnings") {
  desk d("doctor");
  d.place(row::prepared);
  auto const seen = zddm::lifecycle::load(d.memory, "names");
  auto later = seen.value;
  later.since = "2999-01-01T00:00:00Z";
  REQUIRE(zddm::lifecycle::replace(d.memory, "names", seen, later, {"test", "clock"}));
  zddm::lifecycle::lease const other{5, 1, 0, (d.state.now() + 10s).count(), {"elsewhere", 1, "x"}, "0.0.9", "service", "1"};
  std::array<zddm::lifecycle::change, 1> const put{
      {{zddm::lifecycle::lease_path("names", 5), 0, zddm::lifecycle::entry::encode("lease", other)}}};
  REQUIRE(d.memory.commit(put));
  CHECK(code(d) == 0);
  CHECK(d.said("its state was entered at 2999-01-01T00:00:00Z"));
  CHECK(d.said("1 process with zddm 0.0.9, this zd is " ZDDM_VERSION));
  CHECK(d.said("1 process with version 1 of the migration"));
}

TEST_CASE("doctor: for programs an event a check, then the error") {
  desk d("doctor", true);
  d.m.fails = "about new";
  CHECK(code(d) == 321);
  std::istringstream lines(d.data.str());
  int wrong = 0;
  for (std::string line; std::getline(lines, line);) wrong += cli::json::parse(line)["verdict"] == "wrong";
  CHECK(wrong == 1);
}
