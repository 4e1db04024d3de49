// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/session.hpp>

#include <cstdlib>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("session: the audit trail says who, where, and which command") {
  ::setenv("USER", "ada", 1);
  desk d("switch");
  auto const by = d.session().by("names", "because");
  CHECK(by.who == "ada@" + zddm::lifecycle::identity::self().who());
  CHECK(by.what == "zd switch names");
  CHECK(by.note == "because");
}

TEST_CASE("session: evidence is added beside changes of others, and none is written twice") {
  desk d("verify");
  d.place(row::migrated);
  int tries = 0;
  d.session().note_evidence("names", "counted", [&](auto& proof) {
    if (++tries == 1) d.place(row::migrated, [](auto& r) { r.proof.copied = 5; });
    proof.unknown = 7;
  });
  CHECK(tries == 2);
  CHECK(d.record().proof.unknown == 7);
  CHECK(d.record().proof.copied == 5);
  auto const before = d.record().changes;
  d.session().note_evidence("names", "counted", [](auto& proof) { proof.unknown = 7; });
  CHECK(d.record().changes == before);
}

TEST_CASE("session: a remark changes the trail only") {
  desk d("switch");
  d.place(row::migrated);
  auto const before = d.record();
  d.session().remark("names", "override: mismatches");
  CHECK((d.record().now == before.now));
  CHECK((d.record().proof == before.proof));
  CHECK(d.record().since == before.since);
  CHECK(zddm::lifecycle::history(d.memory, "names").back().note == "override: mismatches");
}

TEST_CASE("session: waiting for a barrier can be interrupted") {
  desk d("prepare");
  process const silent(d.memory, false);
  d.place(row::preparing);
  d.stop.request(2);
  CHECK_THROWS_AS(d.session().drive(
                      "names", [](auto const&) { return std::optional<zddm::lifecycle::settings>(); }, [](auto&&, auto&&) {}),
                  cli::interrupted);
}
